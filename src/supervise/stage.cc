#include "supervise/stage.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/error.h"
#include "base/listed.h"
#include "data/gold_rows.h"
#include "data/id_hash.h"
#include "supervise/relabel.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

// Rows by the hash of their ids.
std::vector<std::uint32_t> hash_order(const WeakLabels& labels) {
  std::vector<std::uint64_t> hashes;
  for (const auto& id : labels.ids) hashes.push_back(id_hash(id));
  std::vector<std::uint32_t> order = all_rows(labels);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(hashes[a], labels.ids[a]) < std::tie(hashes[b], labels.ids[b]);
  });
  return order;
}

WeakLabels in_order(const WeakLabels& labels, const std::vector<std::uint32_t>& order) {
  WeakLabels made{{}, labels.classes, {}, {}, labels.provenance};
  for (const std::uint32_t row : order) {
    made.ids.push_back(labels.ids[row]);
    const float* p = &labels.p[row * labels.classes];
    made.p.insert(made.p.end(), p, p + labels.classes);
    made.abstain.push_back(labels.abstain[row]);
  }
  return made;
}

std::vector<float> in_order(const FeatureRows& features, const std::vector<std::uint32_t>& order) {
  std::vector<float> values;
  if (features.values.empty()) return values;
  values.reserve(features.values.size());
  for (const std::uint32_t row : order)
    values.insert(values.end(), features.row(row).begin(), features.row(row).end());
  return values;
}

std::vector<std::string> in_order(const std::vector<std::string>& texts,
                                  const std::vector<std::uint32_t>& order) {
  std::vector<std::string> made;
  if (texts.empty()) return made;
  for (const std::uint32_t row : order) made.push_back(texts[row]);
  return made;
}

void check_features(const FeatureRows& features, std::size_t rows) {
  QL_CHECK(!features.width || features.size() == rows, "a row of features a label");
  for (const float value : features.values)
    if (!std::isfinite(value))
      throw Error(ErrorKind::invalid_input, "the student's hidden states hold NaN or Inf")
          .hint("use dtype = \"float32\" for this model");
}

// By row the true class, or -1.
std::vector<std::int32_t> truth_of(const WeakLabels& labels, const GoldRows* gold) {
  if (!gold) return {};
  QL_CHECK(gold->classes == labels.classes, "gold rows of other classes");
  std::unordered_map<std::string, std::int32_t> known;
  for (std::size_t i = 0; i < gold->size(); ++i) known.emplace(gold->ids[i], gold->labels[i]);
  std::vector<std::int32_t> truth;
  for (const auto& id : labels.ids) {
    const auto label = known.find(id);
    truth.push_back(label == known.end() ? -1 : label->second);
  }
  return truth;
}

// The labels that the outcome leaves, in the order that `labels` had before `order` was taken.
WeakLabels in_former_order(const WeakLabels& ordered, const StageOutcome& outcome,
                           const std::vector<std::uint32_t>& order) {
  WeakLabels made = in_order(ordered, outcome.kept);
  if (!outcome.p.empty()) {
    made.p = outcome.p;
    mark_abstentions(made);
  }
  std::vector<std::uint32_t> back = all_rows(made);
  std::sort(back.begin(), back.end(), [&](std::uint32_t a, std::uint32_t b) {
    return order[outcome.kept[a]] < order[outcome.kept[b]];
  });
  return in_order(made, back);
}

// A label of another class than before, or one where there was none.
std::size_t count_changed(const WeakLabels& before, const WeakLabels& after) {
  std::size_t changed = 0, row = 0;
  for (std::size_t i = 0; i < after.size(); ++i, ++row) {
    while (before.ids[row] != after.ids[i]) ++row;
    changed +=
        before.abstain[row] != after.abstain[i] || (!after.abstain[i] && before.hard(row) != after.hard(i));
  }
  return changed;
}

void check_kept(const WeakLabels& before, const WeakLabels& after) {
  if (after.size() == before.size()) return;
  std::set<std::int32_t> classes;
  for (std::size_t i = 0; i < after.size(); ++i)
    if (!after.abstain[i]) classes.insert(after.hard(i));
  if (classes.size() >= 2) return;
  throw Error(ErrorKind::invalid_input,
              after.size() == 0 ? "no label is left" : "the labels that are left are all of one class")
      .expected("labels of at least two classes")
      .found(std::to_string(after.size()) + " of " + std::to_string(before.size()) + " labels")
      .hint("Lower the filter's threshold or contamination, or take another supervisor.");
}

}  // namespace

const std::vector<StageEntry>& stage_functions() {
  static const std::vector<StageEntry> table = {
      {"filter:confidence", filter_confidence},
      {"filter:knn", filter_knn},
      {"filter:logreg", filter_logreg},
      {"filter:topo", filter_topo},
      {"filter:overlap", filter_overlap},
      {"filter:trust", filter_trust},
      {"filter:trust-linear", filter_trust_linear},
      {"relabel:knn", relabel_knn},
      {"relabel:logreg", relabel_logreg},
      {"relabel:topo", relabel_topo},
      {"relabel:student", relabel_student},
      {"relabel:select", relabel_select},
      {"relabel:select-gold", relabel_select_gold},
      {"retrain:confident", retrain_confident},
      {"corrupt:symmetric", corrupt_symmetric},
      {"corrupt:class-dependent", corrupt_class_dependent},
      {"corrupt:length", corrupt_length},
      {"corrupt:keyword", corrupt_keyword},
      {"corrupt:trigger", corrupt_trigger},
      {"corrupt:prior", corrupt_prior},
      {"corrupt:spurious", corrupt_spurious},
  };
  return table;
}

WeakLabels apply_stage(const std::string& name, const Json& params, const WeakLabels& labels,
                       const StageView& view) {
  const auto entry = std::find_if(stage_functions().begin(), stage_functions().end(),
                                  [&](const StageEntry& one) { return name == one.name; });
  if (entry == stage_functions().end())
    throw Error(ErrorKind::unsupported, "no such stage: " + name)
        .expected("one of " + listed(stage_functions(), &StageEntry::name));
  check_features(view.features, labels.size());
  QL_CHECK(view.answers.values.empty() || view.answers.size() == labels.size(), "an answer a label");
  QL_CHECK(view.texts.empty() || view.texts.size() == labels.size(), "a text a label");
  const auto order = hash_order(labels);
  const WeakLabels ordered = in_order(labels, order);
  const std::vector<float> values = in_order(view.features, order), answers = in_order(view.answers, order);
  const StageOutcome outcome = entry->run({ordered,
                                           {values, view.features.width},
                                           params,
                                           answers,
                                           truth_of(ordered, view.gold),
                                           in_order(view.texts, order),
                                           view.seed});
  WeakLabels made = in_former_order(ordered, outcome, order);
  check_kept(labels, made);
  made.provenance = {{"kind", name},
                     {"rows", labels.size()},
                     {"kept", made.size()},
                     {"changed", count_changed(labels, made)},
                     {"of", labels.provenance}};
  if (!outcome.counts.empty()) made.provenance["counts"] = outcome.counts;
  if (view.gold)
    made.provenance["ground_truth"] = Json::array({{{"rows", view.gold->size()}, {"purpose", kGoldPurpose}}});
  return made;
}

}  // namespace qinglan
