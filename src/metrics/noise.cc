#include "metrics/noise.h"

#include <cmath>

#include "metrics/chi_square.h"
#include "metrics/student_t.h"

namespace qinglan {
namespace {

constexpr double kTail = (1 - kLevel) / 2;

double stretch(double df, double tail) { return std::sqrt(df / chi_square_quantile(tail, df)); }

}  // namespace

Estimate seed_deviation(std::span<const double> seed_means) {
  if (seed_means.empty()) return Estimate::no("no seed was run");
  if (seed_means.size() == 1) return Estimate::no("one seed shows no spread between seeds");
  const double seeds = static_cast<double>(seed_means.size());
  double mean = 0, scatter = 0;
  for (const double one : seed_means) mean += one / seeds;
  for (const double one : seed_means) scatter += (one - mean) * (one - mean);
  const double deviation = std::sqrt(scatter / (seeds - 1));
  return {.value = deviation,
          .low = deviation * stretch(seeds - 1, 1 - kTail),
          .high = deviation * stretch(seeds - 1, kTail),
          .seeds = std::ssize(seed_means)};
}

double detectable(const Spread& spread) {
  if (spread.variance <= 0) return 0;
  return (student_t_quantile(1 - kTail, spread.df) + student_t_quantile(kPower, spread.df)) *
         std::sqrt(spread.variance);
}

Estimate minimum_detectable(const SeedMatrix& difference) {
  if (std::string why = no_interval(difference); !why.empty()) return Estimate::no(std::move(why));
  const Spread spread =
      crossed_parts(difference, difference)
          .spread(static_cast<double>(difference.seeds), static_cast<double>(difference.columns));
  const double least = detectable(spread);
  return {.value = least,
          .low = least * stretch(spread.df, 1 - kTail),
          .high = least * stretch(spread.df, kTail),
          .seeds = static_cast<std::int64_t>(difference.seeds),
          .items = static_cast<std::int64_t>(difference.columns)};
}

}  // namespace qinglan
