#include "metrics/ratio_set.h"

#include <cmath>

#include "metrics/student_t.h"

namespace qinglan {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kScan = 128;  // points a side on which pieces are looked for, evenly in angle
constexpr int kDoublings = 200;
constexpr double kNormalQuantile = 1.9599;  // below every t quantile at level .975

bool covers_zero(double mean, const Spread& spread, double scale) {
  const double distance = std::fabs(mean), deviation = std::sqrt(spread.variance);
  if (distance <= 1e-13 * scale) return true;
  if (distance <= kNormalQuantile * deviation) return true;
  return deviation > 0 && student_t_cdf(distance / deviation, spread.df) <= (1 + kLevel) / 2;
}

// The set's end on one side of the estimate, or nothing where the set goes on or comes back.
std::optional<double> find_end(const std::function<bool(double)>& inside, double center, double step) {
  std::optional<double> last, first;  // last point of the set, first point beyond
  last = center;
  double rho = center;
  for (int k = 1; k <= kScan; ++k) {
    rho = center + step * std::tan(kPi / 2 * k / (kScan + 1));
    if (inside(rho)) {
      if (first) return std::nullopt;
      last = rho;
    } else if (!first) {
      first = rho;
    }
  }
  for (int k = 0; k < kDoublings && !first; ++k) {
    rho = center + 2 * (rho - center);
    if (inside(rho))
      last = rho;
    else
      first = rho;
  }
  if (!first) return std::nullopt;
  for (int k = 0; k < 100; ++k) {
    const double middle = (*last + *first) / 2;
    if (middle == *last || middle == *first) break;
    (inside(middle) ? last : first) = middle;
  }
  return last;
}

}  // namespace

std::optional<RatioSet> ratio_set(double numerator, double denominator,
                                  const std::function<Spread(double)>& spread, const Spread& limit) {
  if (covers_zero(denominator, limit, 1)) return std::nullopt;
  const double center = numerator / denominator;
  const auto inside = [&](double rho) {
    return covers_zero(numerator - rho * denominator, spread(rho),
                       std::fabs(numerator) + std::fabs(rho * denominator));
  };
  // The scale on which the set is looked at: a standard error of the ratio, or next to nothing where L never
  // varies.
  const double step = std::max(std::sqrt(spread(center).variance) / std::fabs(denominator), 1e-9);
  const auto low = find_end(inside, center, -step), high = find_end(inside, center, step);
  if (!low || !high) return std::nullopt;
  return RatioSet{*low, *high};
}

}  // namespace qinglan
