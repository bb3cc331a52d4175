#include "audit/stress/evidence.h"

#include <algorithm>
#include <cmath>

#include "audit/cell_scores.h"
#include "audit/words.h"
#include "metrics/crossed.h"
#include "metrics/pgr.h"
#include "record/word_slice.h"

namespace qinglan {
namespace {

Json without(Json params, const std::string& stage) {
  params.erase(stage);
  return params;
}

bool same_but_for_labels(const Cell& a, const Cell& b) {
  return a.student == b.student && a.student_tune == b.student_tune && a.chain.size() == b.chain.size();
}

// Of rows that all say the same, whose interval has no width, 3 / n is what may still be true of the next
// (the rule of three: Hanley & Lippman-Hand 1983, JAMA 249).
bool too_few(const Estimate& estimate, double bound) {
  return estimate.low == estimate.high && static_cast<double>(estimate.items) * bound < 3;
}

// The same with the number of items that have a weight at some seed.
Estimate counted_over(Estimate estimate, const SeedMatrix& weight) {
  if (!estimate.defined()) return estimate;
  estimate.items = 0;
  for (std::size_t i = 0; i < weight.columns; ++i) {
    bool any = false;
    for (std::size_t s = 0; s < weight.seeds; ++s) any = any || weight.values[s * weight.columns + i] > 0;
    estimate.items += any;
  }
  return estimate;
}

Scored students(SeriesScores& scores, const Cell& cell, const std::string& metric) {
  return scores.matrix(role_names(cell, &SeedRun::weak_to_strong), metric, "no weak-to-strong student");
}

}  // namespace

Estimate SpoiltCell::lost(const std::string& metric) const {
  return scores->interval(difference(students(*scores, *clean, metric), students(*scores, *spoilt, metric)));
}

Estimate SpoiltCell::clean_score(const std::string& metric) const {
  return scores->share_interval(students(*scores, *clean, metric));
}

StressEvidence::StressEvidence(const std::vector<Record>& records) {
  for (const Record& record : records) scores_.push_back(std::make_unique<SeriesScores>(record));
}

std::vector<SpoiltCell> StressEvidence::spoilt_by(const std::string& stage) const {
  std::vector<SpoiltCell> found;
  for (const auto& scores : scores_) {
    const auto& cells = scores->record().cells;
    for (const Cell& spoilt : cells) {
      if (!spoilt.method.starts_with(stage + " | ")) continue;
      const auto clean = std::find_if(cells.begin(), cells.end(), [&](const Cell& cell) {
        return same_but_for_labels(cell, spoilt) && cell.supervisor == spoilt.supervisor &&
               spoilt.method == stage + " | " + cell.method && cell.params == without(spoilt.params, stage);
      });
      if (clean != cells.end()) found.push_back({scores.get(), &*clean, &spoilt, spoilt.params.at(stage)});
    }
  }
  return found;
}

SpoiltCell StressEvidence::unspoilt() const {
  if (scores_.empty() || scores_.front()->record().cells.empty()) return {};
  const Cell& first = scores_.front()->record().cells.front();
  return {scores_.front().get(), &first, &first, Json::object()};
}

std::vector<SpoiltCell> StressEvidence::elsewhere() const {
  std::vector<SpoiltCell> found;
  for (const auto& scores : scores_) {
    const Json& spec = scores->record().spec;
    if (!spec.contains("data") || !spec["data"].contains("test_path")) continue;
    for (const Cell& cell : scores->record().cells)
      found.push_back({scores.get(), &cell, &cell, spec["data"]});
  }
  return found;
}

const Cell* StressEvidence::taught_truth(const SpoiltCell& beside, const std::string& corruptor) const {
  for (const Cell& cell : beside.scores->record().cells)
    if (cell.supervisor_kind == "corrupted" && cell.supervisor.starts_with(corruptor + ":") &&
        same_but_for_labels(cell, *beside.clean) && cell.method == beside.clean->method)
      return &cell;
  return nullptr;
}

Decisions::Decisions(const SeriesScores& scores, const std::vector<std::string>& series)
    : by_(decide_all(scores, series)), truth_(scores.record().truth) {}

std::vector<std::uint8_t> items_with_word(const Record& record, const std::string& word) {
  const auto slicing = record.slices.find(word_slice(word));
  if (slicing == record.slices.end()) return {};
  std::vector<std::uint8_t> with;
  for (const std::int32_t of : slicing->second.of)
    with.push_back(slicing->second.values[static_cast<std::size_t>(of)] == kWithWord);
  return with;
}

Estimate share_over(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                    const std::string& never) {
  return counted_over(conditional_share(scores, value, weight, never), weight);
}

Estimate difference_over(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                         const std::string& never) {
  return counted_over(conditional_difference(scores, value, weight, never), weight);
}

Estimate ratio_over(const SeriesScores& scores, const SeedMatrix& part, const SeedMatrix& whole,
                    const SeedMatrix& weight, const std::string& never) {
  const Scored above = conditional_columns(scores, part, weight, never),
               below = conditional_columns(scores, whole, weight, never);
  if (!above.defined()) return Estimate::no(above.undefined);
  return counted_over(pgr_interval(above.matrix, below.matrix), weight);
}

StressFinding not_tested(const std::string& why) { return {StressResult::not_tested, why, {}}; }

StressFinding finding_of(std::vector<StressNumber> numbers, double bound, const std::string& remark) {
  StressFinding finding{StressResult::passed, remark, std::move(numbers)};
  std::string unknown;
  bool failed = false, any = false;
  for (const auto& number : finding.numbers) {
    if (!number.decides) continue;
    any = true;
    if (!number.estimate.defined())
      unknown = number.what + ": " + number.estimate.undefined;
    else if (number.estimate.low > bound)
      failed = true;
    else if (number.estimate.high > bound && unknown.empty())
      unknown = number.what + ": the interval holds the bound; more seeds or test rows would tell";
    else if (too_few(number.estimate, bound) && unknown.empty())
      unknown = number.what + ": of " + counted(number.estimate.items, "row") +
                ", too few to tell; at least " +
                counted(static_cast<std::int64_t>(std::ceil(3 / bound)), "row") + " would be needed";
  }
  if (failed || (any && unknown.empty())) {
    finding.result = failed ? StressResult::failed : StressResult::passed;
    return finding;
  }
  finding.result = StressResult::undefined;
  finding.why = (any ? unknown : "nothing was measured") + (remark.empty() ? "" : ". " + remark);
  return finding;
}

}  // namespace qinglan
