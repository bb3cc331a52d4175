#include "metrics/pgr.h"

#include <cmath>

#include "metrics/crossed.h"
#include "metrics/ratio_set.h"

namespace qinglan {

Estimate pgr_interval(const SeedMatrix& gain, const SeedMatrix& gap) {
  if (const std::string why = no_interval(gain); !why.empty()) return Estimate::no(why);
  const double s = static_cast<double>(gain.seeds), n = static_cast<double>(gain.columns);
  const CrossedParts dd = crossed_parts(gain, gain), dg = crossed_parts(gain, gap),
                     gg = crossed_parts(gap, gap);
  const auto spread = [&](double rho) {  // each part of L = D - rho G is a quadratic in rho
    const auto at = [rho](double d, double c, double g) {
      const double part = d - 2 * rho * c + rho * rho * g;
      // Where L never varies (a perfect student at rho = 1) only rounding is left: that is no variance.
      return std::fabs(part) <= 1e-12 * (std::fabs(d) + rho * rho * std::fabs(g)) ? 0.0 : part;
    };
    return CrossedParts{at(dd.a, dg.a, gg.a), at(dd.b, dg.b, gg.b), at(dd.r, dg.r, gg.r)}.spread(s, n);
  };
  const double d = gain.mean(), g = gap.mean();
  const auto set = ratio_set(d, g, spread, gg.spread(s, n));
  if (!set) return Estimate::no("the gap is too small to divide by");
  return {.value = d / g,
          .low = set->low,
          .high = set->high,
          .seeds = static_cast<std::int64_t>(gain.seeds),
          .items = static_cast<std::int64_t>(gain.columns)};
}

}  // namespace qinglan
