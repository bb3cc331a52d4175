#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "metrics/crossed.h"

namespace qinglan {
namespace {

constexpr std::int64_t kChunk = 100;

double replicate(const SeedMatrix& matrix, Random& random, std::vector<double>& column_sums) {
  std::fill(column_sums.begin(), column_sums.end(), 0.0);
  for (std::size_t s = 0; s < matrix.seeds; ++s) {
    const auto row = matrix.row(random.below(matrix.seeds));
    for (std::size_t i = 0; i < row.size(); ++i) column_sums[i] += row[i];
  }
  double sum = 0;
  for (std::size_t i = 0; i < matrix.columns; ++i) sum += column_sums[random.below(matrix.columns)];
  return sum / static_cast<double>(matrix.values.size());
}

// Linear interpolation at position q (n - 1) of sorted values.
double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - std::floor(position)) * (sorted[above] - sorted[below]);
}

}  // namespace

Estimate bootstrap_interval(const SeedMatrix& matrix, std::int64_t replicates, std::uint64_t seed) {
  QL_CHECK(replicates > 1, "a bootstrap needs replicates");
  if (const std::string why = no_interval(matrix); !why.empty()) return Estimate::no(why);
  std::vector<double> means, column_sums(matrix.columns);
  for (std::int64_t chunk = 0; chunk * kChunk < replicates; ++chunk) {
    Random random(seed, "bootstrap", static_cast<std::uint64_t>(chunk));
    for (std::int64_t k = chunk * kChunk; k < std::min((chunk + 1) * kChunk, replicates); ++k)
      means.push_back(replicate(matrix, random, column_sums));
  }
  std::sort(means.begin(), means.end());
  return {.value = matrix.mean(),
          .low = quantile(means, (1 - kLevel) / 2),
          .high = quantile(means, (1 + kLevel) / 2),
          .seeds = static_cast<std::int64_t>(matrix.seeds),
          .items = static_cast<std::int64_t>(matrix.columns)};
}

}  // namespace qinglan
