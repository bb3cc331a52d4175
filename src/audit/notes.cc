#include "audit/notes.h"

#include <algorithm>
#include <map>
#include <set>

#include "audit/chain.h"
#include "audit/comparison.h"
#include "audit/controls.h"
#include "audit/leaks.h"
#include "audit/selection.h"
#include "audit/words.h"

namespace qinglan {
namespace {

constexpr double kUnbalanced = 0.55;
constexpr char kCorruptedNote[] =
    "the weak labels are ground truth with errors put in on purpose, which their certificate says: read what "
    "a "
    "student makes of such errors, not what a supervisor is worth";

// Empty where test classes are balanced enough for accuracy to mean something.
std::string misleading_accuracy(const SeriesScores& scores) {
  if (scores.majority_share() <= kUnbalanced) return "";
  const Record& record = scores.record();
  return "accuracy misleads here: always answering '" + record.data.classes[scores.majority()] + "' scores " +
         percent(scores.majority_share()) +
         (record.claim.metric == "accuracy" ? "; read balanced accuracy and AUROC instead"
          : record.claim.metric == "auroc"  ? "; AUROC is judged"
                                            : "; balanced accuracy is judged");
}

bool fine_tuned(const std::string& tune) {
  return tune == "full" || tune.starts_with("lora") || tune.starts_with("top-");
}

// An effort and the control that does without it.
struct Rival {
  const char* control;
  std::string SeedRun::*role;  // whose scores the effort should raise
  std::string effort, without;
};

void add_rival_note(SeriesScores& scores, const Cell& cell, const std::string& metric, const Rival& rival,
                    std::vector<std::string>& notes) {
  const auto control = cell.controls.find(rival.control);
  if (control == cell.controls.end() || control->second.series.empty()) return;
  std::vector<std::string> names = control->second.series;
  if (names.size() == 1) names.assign(cell.seeds.size(), names.front());
  const Scored plain = scores.matrix(names, metric, "not run"),
               ours = scores.matrix(role_names(cell, rival.role), metric, "not run");
  const Estimate over = scores.interval(difference(ours, plain));
  if (!ours.defined() || !plain.defined() || (over.defined() && over.low > 0)) return;
  notes.push_back(rival.effort +
                  (over.defined() && over.value > 0 ? " is not shown to beat " : " does not beat ") +
                  rival.without + ": " + in_metric(metric, ours.matrix.mean()) + " against " +
                  in_metric(metric, plain.matrix.mean()) + ", " + difference_in_metric(metric, over));
}

void add_abstention_note(const SeriesScores& scores, const Cell& cell, std::vector<std::string>& notes) {
  std::int64_t silent = 0, rows = 0;
  for (const SeedRun& seed : cell.seeds) {
    const auto& abstained = scores.series(seed.weak_floor).abstained;
    silent += std::count(abstained.begin(), abstained.end(), 1);
    rows += static_cast<std::int64_t>(abstained.size());
  }
  if (silent == 0) return;
  const auto seeds = static_cast<std::int64_t>(cell.seeds.size());
  notes.push_back(cell.supervisor + " has no answer to " + grouped_number(silent) + " of " +
                  counted(rows, "test row") + " (" +
                  percent(static_cast<double>(silent) / static_cast<double>(rows)) + ") in " +
                  counted(seeds, "seed") + ": each counts as a guess");
}

// Combined annotators, an ensemble or a chain that is worth no more than what is there without it.
void add_rival_notes(SeriesScores& scores, const Cell& cell, const std::string& metric,
                     std::vector<std::string>& notes) {
  const Rival rivals[] = {
      {kVoteControl, &SeedRun::weak_floor, cell.supervisor, "the plain vote of its annotators"},
      {kSingleControl, &SeedRun::weak_floor, cell.supervisor, "a single supervisor of its kind"},
      {kNoChainControl, &SeedRun::weak_to_strong, "the chain", "the same student taught by the supervisor"}};
  for (const Rival& rival : rivals) add_rival_note(scores, cell, metric, rival, notes);
}

// What the supervisors' training said of itself, and in which seeds.
void add_remarks(const SeriesScores& scores, const Cell& cell, std::vector<std::string>& notes) {
  std::map<std::string, std::string> seeds_of;
  for (const SeedRun& seed : cell.seeds)
    if (const std::string& remark = scores.series(seed.weak_floor).remark; !remark.empty()) {
      std::string& seeds = seeds_of[remark];
      seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed.seed);
    }
  for (const auto& [remark, seeds] : seeds_of)
    notes.push_back(cell.supervisor + ", seed " + seeds + ": " + remark);
}

void add_threshold_note(SeriesScores& scores, const Cell& cell, const CellJudgement& judged,
                        std::vector<std::string>& notes) {
  const Estimate& gain = judged.fives.at("accuracy").gain;
  const Estimate& matched = judged.fives.at("matched_accuracy").gain;
  if (gain.defined() && matched.defined() && gain.low > 0 && matched.low <= 0)
    notes.push_back("explained by threshold: the student gains " + difference_in_metric("accuracy", gain) +
                    " over its supervisor at .5, but " + difference_in_metric("accuracy", matched) +
                    " when both answer with the same prior");
  const Cell* naive = cell.method == "naive" ? nullptr : naive_partner(scores.record(), cell);
  if (naive == nullptr) return;
  const auto over_naive = [&](const char* metric) {
    const auto students = [&](const Cell& one) {
      return scores.matrix(role_names(one, &SeedRun::weak_to_strong), metric, "no weak-to-strong student");
    };
    return scores.interval(difference(students(cell), students(*naive)));
  };
  const Estimate plain = over_naive("accuracy"), same_prior = over_naive("matched_accuracy");
  if (!plain.defined() || !same_prior.defined() || same_prior.low > 0) return;
  const std::string numbers = difference_in_metric("accuracy", plain) + " at .5 and " +
                              difference_in_metric("accuracy", same_prior) + " with the same prior";
  notes.push_back(plain.value > 0 ? "explained by threshold: " + cell.method + " against naive is " + numbers
                                  : cell.method + " is not better than naive: " + numbers);
}

// What a stage did, all seeds together.
std::string stage_note(const LabelStage& sum, std::size_t seeds) {
  const auto share = [](double right, std::int64_t labels) {
    return percent(labels ? right / static_cast<double>(labels) : 0);
  };
  const std::string of = counted(sum.given, "label") +
                         (seeds > 1 ? " in " + counted(static_cast<std::int64_t>(seeds), "seed") : "");
  const std::string before = share(sum.given_right, sum.given), after = share(sum.kept_right, sum.kept);
  std::string found;
  for (const auto& [what, count] : sum.counts)
    found += (found.empty() ? "; of all " : ", ") + share(static_cast<double>(count), sum.given) + " " + what;
  if (sum.kept < sum.given)
    return sum.name + " kept " + grouped_number(sum.kept) + " of " + of +
           (sum.changed > 0 ? ", " + grouped_number(sum.changed) + " of them with another class" : "") +
           ": " + after + " of the kept ones are right, " + before + " of all" + found;
  return sum.name + " gave " + grouped_number(sum.changed) + " of " + of + " another class: " + after +
         " are right now, " + before + " before" + found;
}

void add_stage_notes(const SeriesScores& scores, const Cell& cell, std::vector<std::string>& notes) {
  std::vector<LabelStage> sums;
  for (const SeedRun& seed : cell.seeds) {
    const auto& stages = scores.series(seed.weak_to_strong).label_stages;
    if (sums.empty()) sums.resize(stages.size());
    if (stages.size() != sums.size()) return;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      sums[i].name = stages[i].name;
      sums[i].given += stages[i].given, sums[i].kept += stages[i].kept, sums[i].changed += stages[i].changed;
      sums[i].given_right += stages[i].given_right, sums[i].kept_right += stages[i].kept_right;
      for (const auto& [what, count] : stages[i].counts) sums[i].counts[what] += count;
    }
  }
  for (const LabelStage& sum : sums) notes.push_back(stage_note(sum, cell.seeds.size()));
}

// True labels that the method was given, and what it makes of them beyond what they are worth by themselves.
void add_gold_note(SeriesScores& scores, const Cell& cell, std::vector<std::string>& notes) {
  if (cell.declared.empty()) return;
  std::string uses, gains;
  for (const auto& [purpose, rows] : cell.declared)
    uses += (uses.empty() ? "" : ", ") + purpose + ": " + counted(rows, "row");
  const std::string& metric = scores.record().claim.metric;
  const auto students =
      scores.matrix(role_names(cell, &SeedRun::weak_to_strong), metric, "no weak-to-strong student");
  for (const char* name : {"gold rows alone", "naive with gold"}) {
    const auto control = cell.controls.find(name);
    if (control == cell.controls.end()) continue;
    const auto others = scores.matrix(control->second.series, metric, control->second.undefined);
    gains += std::string(gains.empty() ? "; its student is " : ", ") +
             difference_in_metric(metric, scores.interval(difference(students, others))) + " against " + name;
  }
  notes.push_back("the method is given ground truth (" + uses + ")" + gains);
}

// A class of a few rows is as a rule a misspelt label.
std::vector<std::string> rare_classes(const DataFacts& data) {
  constexpr double kRare = 0.005;
  std::vector<std::string> notes;
  for (std::size_t k = 0; k < data.classes.size() && k < data.train_share.size(); ++k)
    if (data.train_share[k] < std::min(kRare, 0.1 / static_cast<double>(data.classes.size())))
      notes.push_back("the class '" + data.classes[k] + "' has " + percent(data.train_share[k]) +
                      " of the train rows: is it a label misspelt?");
  return notes;
}

}  // namespace

std::vector<std::string> run_notes(const SeriesScores& scores) {
  const Record& record = scores.record();
  const DataFacts& data = record.data;
  std::vector<std::string> notes;
  if (const std::string misleads = misleading_accuracy(scores); !misleads.empty()) notes.push_back(misleads);
  if (const auto dropped = data.dropped.find("balance"); dropped != data.dropped.end())
    notes.push_back("dropped to balance the classes: " + counted(dropped->second, "majority row") +
                    " of the training data ([data] balance = false keeps them)");
  if (const auto dropped = data.dropped.find("group in test"); dropped != data.dropped.end())
    notes.push_back(counted(dropped->second, "train row") + " left out: their group is in test");
  for (const std::string& rare : rare_classes(data)) notes.push_back(rare);
  if (data.truncated > 0) {
    const std::int64_t rows = data.read > 0 ? data.read : data.train + data.test;  // 0: an older record
    notes.push_back(grouped_number(data.truncated) + " of " + counted(rows, "row") + " (" +
                    percent(static_cast<double>(data.truncated) / static_cast<double>(rows)) +
                    ") were cut to the token limit");
  }
  if (data.overlap > 0)
    notes.push_back(counted(data.overlap, "train row") + " equal to a test text " +
                    (data.dropped.contains("overlap") ? "left out" : "found"));
  if (!data.corpus.empty())
    notes.push_back("the rows are of the corpus '" + data.corpus +
                    "': runs on other data sets of it are the same task, not further evidence");
  if (!enforced(record)) notes.push_back("ground truth was held back from students: declared, not enforced");
  std::set<bool> tuned;
  for (const Cell& cell : record.cells) tuned.insert(fine_tuned(cell.student_tune));
  if (tuned.size() > 1)
    notes.push_back("probe and fine-tuned students are both here: compare each with its own kind only");
  return notes;
}

std::vector<std::string> cell_notes(SeriesScores& scores, const Cell& cell, const CellJudgement& judged) {
  std::vector<std::string> notes;
  for (const SeedRun& seed : cell.seeds)
    if (!seed.strong_ceiling.empty() && scores.series(seed.strong_ceiling).status != "done") {
      notes.push_back("judged as without a ceiling: that of seed " + std::to_string(seed.seed) + " is " +
                      scores.series(seed.strong_ceiling).status);
      break;
    }
  if (cell.supervisor_kind == "corrupted") notes.push_back(kCorruptedNote);
  add_abstention_note(scores, cell, notes);
  add_stage_notes(scores, cell, notes);
  if (const std::string chosen = selection_note(scores, cell); !chosen.empty()) notes.push_back(chosen);
  add_threshold_note(scores, cell, judged, notes);
  add_gold_note(scores, cell, notes);
  if (const std::string misleads = misleading_accuracy(scores); !misleads.empty()) notes.push_back(misleads);
  if (cell.student_tune == "probe" && fine_tuned(cell.supervisor_tune) &&
      judged.fives.at("accuracy").strong_ceiling.defined())
    notes.push_back(
        "a probe ceiling against a fine-tuned floor: the gap compares two recipes as well as two models");
  if (judged.supervisor_shifted)
    notes.push_back("supervisor shift: the supervisor is " +
                    difference_in_metric("accuracy", judged.supervisor_shift) +
                    " on the transfer set against test, so floor and labels differ in quality");
  add_remarks(scores, cell, notes);
  for (const auto& link : shrinking_links(cell)) notes.push_back("the chain shrinks: " + link);
  add_rival_notes(scores, cell, judged.metric, notes);
  return notes;
}

}  // namespace qinglan
