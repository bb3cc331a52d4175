#include "audit/controls.h"

#include <algorithm>

#include "base/error.h"

namespace qinglan {
namespace {

// Class that training data show most often.
std::size_t training_majority(const Record& record) {
  const auto& share = record.data.train_share;
  return share.empty()
             ? 0
             : static_cast<std::size_t>(std::max_element(share.begin(), share.end()) - share.begin());
}

Scored constant_answer(const SeriesScores& scores, const std::string& metric, std::size_t seeds) {
  const Record& record = scores.record();
  const std::size_t classes = record.data.classes.size(), majority = training_majority(record);
  std::vector<float> logits(record.items.size() * classes, 0.0f);
  for (std::size_t i = 0; i < record.items.size(); ++i) logits[i * classes + majority] = 1.0f;
  const ScoreRow row = scores.score({.logits = logits, .classes = classes}, {}, metric);
  Scored scored{{}, row.undefined};
  for (std::size_t s = 0; s < seeds && row.defined(); ++s) scored.matrix.add(row.values);
  return scored;
}

Scored control_scores(SeriesScores& scores, const Cell& cell, const std::string& name, const Control& control,
                      const std::string& metric) {
  if (!control.undefined.empty()) return {{}, control.undefined};
  std::vector<std::string> names = control.series;
  if (names.size() == 1) names.assign(cell.seeds.size(), control.series.front());
  if (names.size() != cell.seeds.size())
    throw Error(ErrorKind::corrupt_data,
                "control '" + name + "' of cell '" + cell.id + "' does not fit the seeds")
        .in("record '" + scores.record().name + "'")
        .expected("1 or " + std::to_string(cell.seeds.size()) + " series")
        .found(std::to_string(names.size()));
  return scores.matrix(names, metric, "not run for every seed");
}

}  // namespace

std::map<std::string, ControlReading> read_controls(SeriesScores& scores, const Cell& cell,
                                                    const std::string& metric, const Scored& student) {
  std::map<std::string, ControlReading> readings;
  for (const auto& [name, control] : cell.controls)
    readings[name] = {.scores = control_scores(scores, cell, name, control, metric),
                      .teaches = control.teaches};
  readings[kMajorityControl] = {.scores = constant_answer(scores, metric, cell.seeds.size()),
                                .teaches = false};
  for (auto& [name, reading] : readings) {
    reading.score = scores.share_interval(reading.scores);
    reading.student_over = scores.interval(difference(student, reading.scores));
  }
  return readings;
}

const std::pair<const std::string, ControlReading>* best_no_teaching(
    const std::map<std::string, ControlReading>& controls) {
  const std::pair<const std::string, ControlReading>* best = nullptr;
  for (const auto& control : controls) {
    const auto& [name, reading] = control;
    if (reading.teaches || name == kShuffledControl || !reading.score.defined()) continue;
    if (best == nullptr || reading.score.value > best->second.score.value) best = &control;
  }
  return best;
}

}  // namespace qinglan
