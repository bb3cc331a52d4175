#include "audit/shift.h"

#include <cmath>

#include "audit/cell_scores.h"
#include "metrics/crossed.h"

namespace qinglan {
namespace {

constexpr double kShift = 0.03;

}  // namespace

Estimate supervisor_shift(SeriesScores& scores, const Cell& cell) {
  const std::vector<std::string> names = role_names(cell, &SeedRun::weak_floor);
  const Scored test = scores.matrix(names, "accuracy", "no weak floor");
  if (!test.defined()) return Estimate::no(test.undefined);
  if (const std::string why = no_interval(test.matrix); !why.empty()) return Estimate::no(why);
  const std::vector<double> on_test = test.matrix.seed_means();
  const double seeds = static_cast<double>(names.size()), columns = static_cast<double>(test.matrix.columns);
  double mean = 0, sampling = 0;
  std::vector<double> shift;
  for (std::size_t s = 0; s < names.size(); ++s) {
    const Series& series = scores.series(names[s]);
    if (series.transfer_items <= 0)
      return Estimate::no("the supervisor's score on the transfer set is not recorded");
    const double size = static_cast<double>(series.transfer_items), accuracy = series.transfer_correct / size;
    shift.push_back(accuracy - on_test[s]);
    mean += shift.back() / seeds;
    sampling += accuracy * (1 - accuracy) / size / seeds;
  }
  CrossedParts parts = crossed_parts(test.matrix, test.matrix);
  parts.b += sampling;
  parts.a = 0;
  for (const double one : shift) parts.a += (one - mean) * (one - mean) / (seeds - 1) / seeds;
  const double half = half_width(parts.spread(seeds, columns));
  return scores.with_items({.value = mean,
                            .low = mean - half,
                            .high = mean + half,
                            .seeds = static_cast<std::int64_t>(names.size())});
}

bool is_shifted(const Estimate& shift) {
  return shift.defined() && std::fabs(shift.value) > kShift && (shift.low > 0 || shift.high < 0);
}

}  // namespace qinglan
