#include "audit/calibration_audit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "audit/cell_scores.h"
#include "base/random.h"
#include "metrics/calibration.h"
#include "metrics/certainty.h"
#include "metrics/over_seeds.h"

namespace qinglan {
namespace {

constexpr std::size_t kLeastToFit = 10;  // groups in each half

Certainty no_certainty(const std::string& why) {
  const Estimate none = Estimate::no(why);
  return {none, none, none, none};
}

// An error is never negative, whatever its interval's lower end came out as.
Estimate at_least_zero(Estimate estimate) {
  estimate.low = std::max(estimate.low, 0.0);
  return estimate;
}

template <typename Reading>
Certainty certainty(Reading reading) {
  return {reading("nll"), reading("brier"), at_least_zero(reading("calibration_error")),
          reading("over_confidence")};
}

// Rows of every certainty, a seed at a time, from one pass over its answers.
class CertaintyRows {
 public:
  explicit CertaintyRows(const SeriesScores& scores) : scores_(scores) {}

  void add(const std::vector<float>& logits, const std::vector<std::uint8_t>& abstained) {
    const Record& record = scores_.record();
    const Confidences sure = confidences(
        {.logits = logits, .classes = record.data.classes.size(), .abstained = abstained}, record.truth);
    for (const char* what : kCertainties)
      by_name_[what].matrix.add(scores_.groups().columns_of(certainty_row(sure, what).values));
  }

  Certainty read() const {
    return certainty([&](const char* what) { return scores_.interval(by_name_.at(what)); });
  }

 private:
  const SeriesScores& scores_;
  std::map<std::string, Scored> by_name_;
};

// Students are no other cell's, so their rows are not worth keeping.
Certainty student_certainty(const SeriesScores& scores, const Cell& cell) {
  if (scores.record().items.empty()) return no_certainty("no test items");
  CertaintyRows rows(scores);
  for (const std::string& name : role_names(cell, &SeedRun::weak_to_strong))
    rows.add(scores.series(name).logits, scores.series(name).abstained);
  return rows.read();
}

Certainty certainty_of(SeriesScores& scores, const Cell& cell, std::string SeedRun::*role,
                       const std::string& missing) {
  const auto names = role_names(cell, role);
  return certainty([&](const char* what) { return scores.interval(scores.matrix(names, what, missing)); });
}

// Test items in two halves, related ones in the same; the same halves for all seeds and cells.
std::vector<std::vector<std::size_t>> halves_of(const Record& record) {
  std::map<std::int32_t, std::size_t> place;  // of a group in the order of its first item
  for (std::size_t i = 0; i < record.items.size(); ++i)
    place.emplace(record.groups.empty() ? static_cast<std::int32_t>(i) : record.groups[i], place.size());
  std::vector<std::size_t> order(place.size());
  std::iota(order.begin(), order.end(), 0);
  Random(0, "temperature halves").shuffle(order);
  std::vector<std::size_t> half(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) half[order[k]] = k % 2;
  std::vector<std::vector<std::size_t>> halves(2);
  for (std::size_t i = 0; i < record.items.size(); ++i)
    halves[half[place.at(record.groups.empty() ? static_cast<std::int32_t>(i) : record.groups[i])]].push_back(
        i);
  return halves;
}

struct Scaled {
  std::vector<float> logits;
  double temperature;  // geometric mean of the two halves'
};

Scaled scale(const SeriesScores& scores, const Series& series,
             const std::vector<std::vector<std::size_t>>& halves) {
  const Record& record = scores.record();
  const Answers answers = scores.answers(series);
  Scaled scaled{series.logits, 1};
  for (std::size_t h = 0; h < 2; ++h) {
    const double temperature = fit_temperature(answers, record.truth, halves[1 - h]);
    scaled.temperature *= std::sqrt(temperature);
    for (const std::size_t i : halves[h])
      for (std::size_t c = 0; c < answers.classes; ++c)
        scaled.logits[i * answers.classes + c] =
            static_cast<float>(static_cast<double>(series.logits[i * answers.classes + c]) / temperature);
  }
  return scaled;
}

void scale_student(const SeriesScores& scores, const Cell& cell, CalibrationAudit& audit) {
  const Record& record = scores.record();
  const auto refuse = [&](const std::string& why) {
    audit.temperature = Estimate::no(why);
    audit.scaled = no_certainty(why);
  };
  if (scores.groups().columns() < 2 * kLeastToFit)
    return refuse("fewer than " + std::to_string(2 * kLeastToFit) + " test rows to fit a temperature on");
  const auto halves = halves_of(record);
  std::vector<double> logs;
  CertaintyRows rows(scores);
  for (const std::string& name : role_names(cell, &SeedRun::weak_to_strong)) {
    const Series& series = scores.series(name);
    const Scaled scaled = scale(scores, series, halves);
    logs.push_back(std::log(scaled.temperature));
    rows.add(scaled.logits, series.abstained);
  }
  audit.scaled = rows.read();
  audit.temperature = scores.with_items(over_seeds(logs));
  if (!audit.temperature.defined()) return;
  for (double* one : {&audit.temperature.value, &audit.temperature.low, &audit.temperature.high})
    *one = std::exp(*one);
}

}  // namespace

CalibrationAudit audit_calibration(SeriesScores& scores, const Cell& cell) {
  CalibrationAudit audit;
  audit.weak_floor = certainty_of(scores, cell, &SeedRun::weak_floor, "no weak floor");
  audit.weak_to_strong = student_certainty(scores, cell);
  audit.strong_ceiling = certainty_of(scores, cell, &SeedRun::strong_ceiling, "no ceiling");
  scale_student(scores, cell, audit);
  return audit;
}

CalibrationAudit no_calibration(const std::string& why) {
  const Certainty none = no_certainty(why);
  return {none, none, none, Estimate::no(why), none};
}

}  // namespace qinglan
