#include "audit/cell_scores.h"
#include "audit/stress/evidence.h"
#include "audit/stress/tests.h"
#include "metrics/confidence.h"

namespace qinglan {
namespace {

constexpr double kUnsure = 0.75, kSure = 0.9;

// [S, n] top probabilities; of a silent row 1/K.
std::vector<std::vector<double>> sureness(const SeriesScores& scores, const std::vector<std::string>& names) {
  std::vector<std::vector<double>> sure;
  for (const auto& name : names)
    sure.push_back(confidences(scores.answers(scores.series(name)), scores.record().truth).top);
  return sure;
}

}  // namespace

StressFinding judge_blind_spots(const StressEvidence& evidence, double bound) {
  const SpoiltCell cell = evidence.unspoilt();
  if (!cell.scores) return not_tested("no cell");
  const SeriesScores& scores = *cell.scores;
  const auto weak_names = role_names(*cell.clean, &SeedRun::weak_floor),
             student_names = role_names(*cell.clean, &SeedRun::weak_to_strong);
  const Decisions weak(scores, weak_names), student(scores, student_names);
  if (!weak.known() || !student.known())
    return {StressResult::undefined, "a supervisor or student failed", {}};
  const auto weak_sure = sureness(scores, weak_names), student_sure = sureness(scores, student_names);
  const std::size_t seeds = student.seeds(), items = scores.record().items.size();
  const auto unsure =
      matrix_over(seeds, items, [&](auto s, auto i) { return double(weak_sure[s][i] <= kUnsure); });
  const auto sure =
      matrix_over(seeds, items, [&](auto s, auto i) { return double(weak_sure[s][i] > kUnsure); });
  const auto all = matrix_over(seeds, items, [](auto, auto) { return 1.0; });
  const auto wrong = matrix_over(seeds, items, [&](auto s, auto i) {
    return double(student_sure[s][i] > kSure && !student.right(s, i));
  });
  const auto joint = matrix_over(seeds, items, [&](auto s, auto i) {
    return double(student_sure[s][i] > kSure && !student.right(s, i) && weak_sure[s][i] <= kUnsure);
  });
  const char* never = "the supervisor is never so sure, or never unsure";
  return finding_of({{"supervisor unsure", share_over(scores, unsure, all, never), "share"},
                     {"student wrong and sure where the supervisor is unsure",
                      share_over(scores, wrong, unsure, never), "share", true},
                     {"student wrong and sure where the supervisor is sure",
                      share_over(scores, wrong, sure, never), "share"},
                     {"both at once, of all test rows", share_over(scores, joint, all, never), "share"}},
                    bound);
}

}  // namespace qinglan
