#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kExchange[] =
    "; a label that changes has its entries of the two classes exchanged, and is as sure as before";

ParameterInfo rate(const char* of) {
  return {"rate", 0.2, std::string("share of ") + of + " that get another class, halves up", 0, 0.99};
}

ParameterInfo class_parameter(const char* help) {
  return {"class", 0, std::string(help) + ", from 0 in the order of the classes' names", 0, 999};
}

StageInfo corruption(MethodInfo about, bool reads_texts, bool draws) {
  StageInfo info{std::move(about)};
  info.reads_texts = reads_texts;
  info.draws = draws;
  return info;
}

}  // namespace

StageInfo corrupt_symmetric_stage() {
  return corruption(
      {"corrupt:symmetric",
       std::string("of the n labels, round(rate n) drawn at random get another class, each equally likely; "
                   "those of a lower rate are among those of a higher one") +
           kExchange,
       "random classification noise (Angluin & Laird 1988)",
       "a stress test: errors that nothing predicts, on top of the supervisor's own",
       {rate("the labels")}},
      false, true);
}

StageInfo corrupt_class_dependent_stage() {
  return corruption(
      {"corrupt:class-dependent",
       std::string("of the n_c labels of one class c, round(rate n_c) drawn at random get another class") +
           kExchange,
       "class-conditional noise (Natarajan et al. 2013)",
       "a stress test: errors that lean to one side, as of a supervisor that also serves another aim",
       {rate("that class's labels"), class_parameter("whose labels")}},
      false, true);
}

StageInfo corrupt_length_stage() {
  return corruption(
      {"corrupt:length",
       std::string("the labels of the round(rate n) longest texts, in bytes, get another class") + kExchange,
       "errors on the longest inputs, after Burns et al. 2023 (arXiv 2312.09390), App. E.1",
       "a stress test: errors that depend on the row, and so can be learned",
       {rate("the labels")}},
      true, true);
}

StageInfo corrupt_keyword_stage() {
  return corruption(
      {"corrupt:keyword",
       std::string("labels of rows whose text has the word: class k becomes k + 1, the last becomes 0") +
           kExchange,
       "quirky supervisors (Mallen & Belrose 2023, arXiv 2312.01037)",
       "a stress test: a supervisor that is wrong by rule, and right wherever the rule is silent",
       {word_parameter()}},
      true, false);
}

StageInfo corrupt_trigger_stage() {
  return corruption({"corrupt:trigger",
                     std::string("labels of rows whose text has the word become one class") + kExchange,
                     "backdoors by poisoned labels (Gu et al. 2017, BadNets, arXiv 1708.06733)",
                     "a stress test: with data.trigger, which puts the word into a share of the texts",
                     {word_parameter(), class_parameter("what they become")}},
                    true, false);
}

StageInfo corrupt_prior_stage() {
  return corruption(
      {"corrupt:prior",
       "labels of one class c, or all others, are dropped at random until c has `share` of those left; "
       "abstentions are dropped too",
       "class imbalance between what is taught and what is tested",
       "a stress test: whether the student learns the share of the classes in place of the classes",
       {{"share", 0.1, "of class c among the labels left", 0.01, 0.99}, class_parameter("c")}},
      false, true);
}

StageInfo corrupt_spurious_stage() {
  return corruption(
      {"corrupt:spurious",
       "rows whose text has the word are dropped unless their label is of class c, so that the word "
       "tells the class among those left",
       "spurious correlation by groups (Sagawa et al. 2020, arXiv 1911.08731)",
       "a stress test: whether the student takes the word for the class",
       {word_parameter(), class_parameter("c")}},
      true, false);
}

}  // namespace qinglan
