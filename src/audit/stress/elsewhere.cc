#include "audit/cell_scores.h"
#include "audit/stress/evidence.h"
#include "audit/stress/tests.h"

namespace qinglan {

StressFinding judge_elsewhere(const StressEvidence& evidence, double bound) {
  std::vector<StressNumber> numbers;
  for (const auto& cell : evidence.elsewhere()) {
    SeriesScores& scores = *cell.scores;
    const CellScores by = cell_scores(scores, *cell.clean, cell.metric());
    const std::string on = " on " + cell.params.at("test_path").get<std::string>();
    numbers.push_back({"supervisor" + on, scores.share_interval(by.weak), "share"});
    numbers.push_back({"student" + on, scores.share_interval(by.student), "share"});
    numbers.push_back({"student below its supervisor" + on, scores.interval(difference(by.weak, by.student)),
                       "points", true});
  }
  if (numbers.empty()) return not_tested("no record tests the student on other texts");
  return finding_of(std::move(numbers), bound);
}

}  // namespace qinglan
