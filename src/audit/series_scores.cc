#include "audit/series_scores.h"

#include <algorithm>

#include "base/error.h"
#include "metrics/auroc.h"
#include "metrics/certainty.h"
#include "metrics/crossed.h"

namespace qinglan {
namespace {

[[noreturn]] void contradicts(const Record& record, const std::string& what, std::size_t expected,
                              std::size_t found) {
  throw Error(ErrorKind::corrupt_data, what)
      .in("record '" + record.name + "'")
      .expected(std::to_string(expected))
      .found(std::to_string(found));
}

void check(const Record& record) {
  const std::size_t items = record.items.size(), classes = record.data.classes.size();
  if (classes < 2) contradicts(record, "classes: at least two are needed", 2, classes);
  if (record.truth.size() != items)
    contradicts(record, "truth does not fit the items", items, record.truth.size());
  if (!record.groups.empty() && record.groups.size() != items)
    contradicts(record, "groups do not fit the items", items, record.groups.size());
  for (const std::int32_t truth : record.truth)
    if (truth < 0 || static_cast<std::size_t>(truth) >= classes)
      contradicts(record, "a truth is outside the classes", classes, static_cast<std::size_t>(truth));
  for (const auto& [name, series] : record.series) {
    const std::string where = "series '" + name + "': ";
    if (series.status == "done" && series.logits.size() != items * classes)
      contradicts(record, where + "logits do not fit items x classes", items * classes, series.logits.size());
    if (!series.matched_bias.empty() && series.matched_bias.size() != classes)
      contradicts(record, where + "matched bias does not fit the classes", classes,
                  series.matched_bias.size());
    if (!series.abstained.empty() && series.abstained.size() != items)
      contradicts(record, where + "abstentions do not fit the items", items, series.abstained.size());
  }
}

std::span<const std::int32_t> checked_groups(const Record& record) {
  check(record);
  return record.groups;
}

}  // namespace

Scored difference(const Scored& a, const Scored& b) {
  if (!a.defined()) return {{}, a.undefined};
  if (!b.defined()) return {{}, b.undefined};
  return {difference(a.matrix, b.matrix), ""};
}

SeriesScores::SeriesScores(const Record& record)
    : record_(record), groups_(checked_groups(record), record.items.size()) {
  std::vector<std::size_t> count(record.data.classes.size());
  for (const std::int32_t truth : record.truth) ++count[static_cast<std::size_t>(truth)];
  if (!record.truth.empty()) {
    const auto most = std::max_element(count.begin(), count.end());
    majority_ = static_cast<std::size_t>(most - count.begin());
    majority_share_ = static_cast<double>(*most) / static_cast<double>(record.truth.size());
  }
  for (const Cell& cell : record.cells) {
    for (const SeedRun& seed : cell.seeds) {
      ++uses_[seed.weak_floor];
      ++uses_[seed.strong_ceiling];
      uses_[seed.weak_to_strong] += cell.method == "naive" ? 2 : 1;  // other methods are compared with naive
    }
    for (const auto& [name, control] : cell.controls)
      for (const std::string& series : control.series) ++uses_[series];
  }
}

const Series& SeriesScores::series(const std::string& name) const {
  const auto found = record_.series.find(name);
  if (found == record_.series.end())
    throw Error(ErrorKind::corrupt_data, "a cell names series '" + name + "', which the record does not hold")
        .in("record '" + record_.name + "'");
  return found->second;
}

Answers SeriesScores::answers(const Series& series) const {
  return {.logits = series.logits, .classes = record_.data.classes.size(), .abstained = series.abstained};
}

ScoreRow SeriesScores::score(const Answers& answers, std::span<const float> bias,
                             const std::string& metric) const {
  if (record_.items.empty()) return {.undefined = "no test items"};
  ScoreRow row;
  if (metric == "accuracy") {
    row.values = correctness(answers, record_.truth);
  } else if (metric == "matched_accuracy") {
    if (bias.empty()) return {.undefined = "no prior-matched decision"};
    row.values = correctness(answers, record_.truth, bias);
  } else if (metric == "balanced_accuracy") {
    row = balanced_correctness(correctness(answers, record_.truth), record_.truth, answers.classes);
  } else if (metric == "auroc") {
    row = auroc_row(answers, record_.truth);
  } else {
    row = certainty_row(confidences(answers, record_.truth), metric);
  }
  if (row.defined() && groups_.grouped()) row.values = groups_.columns_of(row.values);
  return row;
}

std::shared_ptr<const ScoreRow> SeriesScores::row(const std::string& name, const std::string& metric) {
  const auto key = std::make_pair(name, metric);
  if (const auto found = kept_.find(key); found != kept_.end()) return found->second;
  const Series& one = series(name);
  auto made = std::make_shared<const ScoreRow>(
      one.status == "done" ? score(answers(one), one.matched_bias, metric)
                           : ScoreRow{.undefined = one.why.empty() ? "its node is " + one.status : one.why});
  if (uses_[name] > 1) kept_[key] = made;
  return made;
}

Scored SeriesScores::matrix(const std::vector<std::string>& names, const std::string& metric,
                            const std::string& missing) {
  Scored scored;
  for (const std::string& name : names) {
    if (name.empty()) return {{}, missing};
    const auto one = row(name, metric);
    if (!one->defined()) return {{}, one->undefined};
    if (scored.matrix.seeds == 0) scored.matrix.values.reserve(names.size() * one->values.size());
    scored.matrix.add(one->values);
  }
  return scored;
}

Estimate SeriesScores::with_items(Estimate estimate) const {
  if (estimate.defined()) estimate.items = static_cast<std::int64_t>(record_.items.size());
  return estimate;
}

Estimate SeriesScores::interval(const Scored& scored) const {
  return scored.defined() ? with_items(crossed_interval(scored.matrix)) : Estimate::no(scored.undefined);
}

Estimate SeriesScores::share_interval(const Scored& scored) const {
  Estimate estimate = interval(scored);
  if (estimate.defined()) {
    estimate.low = std::max(estimate.low, 0.0);
    estimate.high = std::min(estimate.high, 1.0);
  }
  return estimate;
}

double SeriesScores::chance(const std::string& metric) const {
  if (metric == "auroc") return 0.5;
  if (metric == "balanced_accuracy") return 1 / static_cast<double>(record_.data.classes.size());
  return majority_share_;
}

}  // namespace qinglan
