#include "audit/curve_audit.h"

#include <algorithm>

#include "metrics/over_seeds.h"

namespace qinglan {

CurveAudit no_curve(const std::string& why) {
  const Estimate none = Estimate::no(why);
  return {none, none, none};
}

CurveAudit audit_curve(const SeriesScores& scores, const Cell& cell) {
  std::vector<double> agreement, accuracy, lost;
  for (const SeedRun& seed : cell.seeds) {
    std::vector<CurvePoint> evaluated;
    for (const CurvePoint& point : scores.series(seed.weak_to_strong).curve)
      if (point.test_accuracy) evaluated.push_back(point);
    if (evaluated.size() < 2) return no_curve("fewer than two checkpoints of the student were evaluated");
    const CurvePoint &first = evaluated.front(), &last = evaluated.back();
    double best = 0;
    for (const CurvePoint& point : evaluated) best = std::max(best, *point.test_accuracy);
    accuracy.push_back(*last.test_accuracy - *first.test_accuracy);
    lost.push_back(best - *last.test_accuracy);
    if (first.agreement && last.agreement) agreement.push_back(*last.agreement - *first.agreement);
  }
  const auto read = [&](const std::vector<double>& values) { return scores.with_items(over_seeds(values)); };
  return {agreement.size() == cell.seeds.size() ? read(agreement)
                                                : Estimate::no("the supervisor has no answers on test"),
          read(accuracy), read(lost)};
}

}  // namespace qinglan
