#include "metrics/crossed.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "metrics/student_t.h"

namespace qinglan {

Spread CrossedParts::spread(double seeds, double columns) const {
  const double from_seeds = std::max(a, 0.0), from_items = std::max(b, 0.0);
  const double variance = std::max({a + b - r, from_seeds, from_items});
  const double scatter = from_seeds * from_seeds / (seeds - 1) + from_items * from_items / (columns - 1);
  // Nothing varies: the width is 0 at any df.
  return {variance, scatter > 0 ? variance * variance / scatter : columns - 1};
}

CrossedParts CrossedParts::scaled(double seeds_ratio, double columns_ratio) const {
  return {a / seeds_ratio, b / columns_ratio, r / (seeds_ratio * columns_ratio)};
}

std::string no_interval(const SeedMatrix& matrix) {
  if (matrix.seeds == 0) return "no seed was run";
  if (matrix.columns == 0) return "no test items";
  char mean[64];
  std::snprintf(mean, sizeof mean, " (the mean is %.4g)", matrix.mean());
  if (matrix.seeds == 1) return std::string("one seed gives no interval") + mean;
  if (matrix.columns == 1) return std::string("one test item or group gives no interval") + mean;
  return "";
}

CrossedParts crossed_parts(const SeedMatrix& x, const SeedMatrix& y) {
  QL_CHECK(x.seeds == y.seeds && x.columns == y.columns, "seed matrices differ in shape");
  QL_CHECK(x.seeds >= 2 && x.columns >= 2, "variances need two seeds and two items");
  const std::size_t seeds = x.seeds, columns = x.columns;
  const double s = static_cast<double>(seeds), n = static_cast<double>(columns);
  const bool same = &x == &y;
  const auto x_rows = x.seed_means(), y_rows = same ? x_rows : y.seed_means();
  const auto x_columns = x.column_means(), y_columns = same ? x_columns : y.column_means();
  const double x_mean = x.mean(), y_mean = same ? x_mean : y.mean();
  CrossedParts parts;
  for (std::size_t i = 0; i < columns; ++i) parts.b += (x_columns[i] - x_mean) * (y_columns[i] - y_mean);
  for (std::size_t k = 0; k < seeds; ++k) {
    parts.a += (x_rows[k] - x_mean) * (y_rows[k] - y_mean);
    const auto xs = x.row(k), ys = y.row(k);
    const double x_shift = x_rows[k] - x_mean, y_shift = y_rows[k] - y_mean;
    for (std::size_t i = 0; i < columns; ++i)
      parts.r += (xs[i] - x_shift - x_columns[i]) * (ys[i] - y_shift - y_columns[i]);
  }
  parts.a /= (s - 1) * s;
  parts.b /= (n - 1) * n;
  parts.r /= (s - 1) * (n - 1) * s * n;
  return parts;
}

double half_width(const Spread& spread) {
  if (spread.variance <= 0) return 0;
  return student_t_quantile((1 + kLevel) / 2, spread.df) * std::sqrt(spread.variance);
}

namespace {

Spread spread_of(const SeedMatrix& matrix) {
  return crossed_parts(matrix, matrix)
      .spread(static_cast<double>(matrix.seeds), static_cast<double>(matrix.columns));
}

}  // namespace

Estimate crossed_interval(const SeedMatrix& matrix) {
  if (const std::string why = no_interval(matrix); !why.empty()) return Estimate::no(why);
  const double mean = matrix.mean();
  const Spread spread = spread_of(matrix);
  const double half = half_width(spread);
  return {.value = mean,
          .low = mean - half,
          .high = mean + half,
          .seeds = static_cast<std::int64_t>(matrix.seeds),
          .items = static_cast<std::int64_t>(matrix.columns)};
}

double two_sided_p(const SeedMatrix& matrix) {
  const double mean = matrix.mean();
  const Spread spread = spread_of(matrix);
  if (mean == 0) return 1;
  if (spread.variance <= 0) return 0;
  return 2 * student_t_cdf(-std::abs(mean) / std::sqrt(spread.variance), spread.df);
}

}  // namespace qinglan
