#include "metrics/bootstrap.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <thread>

#include "base/error.h"
#include "metrics/crossed.h"
#include "metrics/resampling.h"

namespace qinglan {
namespace {

// Linear interpolation at position q (n - 1) of the sorted values.
double quantile(std::vector<double>& values, double q) {
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(position);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  const double high =
      below + 1 < std::ssize(values) ? *std::min_element(values.begin() + below + 1, values.end()) : low;
  return low + (position - std::floor(position)) * (high - low);
}

Estimate estimate_of(const SeedMatrix& matrix, std::vector<double>& means) {
  return {.value = matrix.mean(),
          .low = quantile(means, (1 - kLevel) / 2),
          .high = quantile(means, (1 + kLevel) / 2),
          .seeds = static_cast<std::int64_t>(matrix.seeds),
          .items = static_cast<std::int64_t>(matrix.columns)};
}

// Calls body(i) for i in [0, count) on `threads` threads, which take the next one as they get free.
void for_each(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) body(i);
  };
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < std::min(threads, count); ++i) helpers.emplace_back(work);
  work();
}

}  // namespace

std::vector<Estimate> bootstrap_intervals(std::span<const SeedMatrix> matrices, std::int64_t replicates,
                                          std::uint64_t seed, int threads) {
  QL_CHECK(replicates > 1, "a bootstrap needs replicates");
  if (matrices.empty()) return {};
  const SeedMatrix& shape = matrices.front();
  for (const auto& matrix : matrices)
    QL_CHECK(matrix.seeds == shape.seeds && matrix.columns == shape.columns, "seed matrices differ in shape");
  std::vector<Estimate> estimates(matrices.size());
  if (!no_interval(shape).empty()) {
    for (std::size_t i = 0; i < matrices.size(); ++i) estimates[i] = Estimate::no(no_interval(matrices[i]));
    return estimates;
  }
  constexpr std::size_t kBlock = Resampling::kReplicates;
  const std::size_t blocks = (static_cast<std::size_t>(replicates) + kBlock - 1) / kBlock;
  const std::size_t workers =
      threads > 0 ? static_cast<std::size_t>(threads) : std::thread::hardware_concurrency();
  std::vector<std::vector<float>> values;
  for (const auto& matrix : matrices) values.emplace_back(matrix.values.begin(), matrix.values.end());
  std::vector<std::vector<double>> means(matrices.size(), std::vector<double>(blocks * kBlock));
  for_each(blocks, workers, [&](std::size_t block) {
    const Resampling draws(shape.seeds, shape.columns, seed, block);
    for (std::size_t i = 0; i < matrices.size(); ++i)
      draws.means_of(values[i].data(), means[i].data() + block * kBlock);
  });
  for_each(matrices.size(), workers, [&](std::size_t i) {
    means[i].resize(static_cast<std::size_t>(replicates));
    estimates[i] = estimate_of(matrices[i], means[i]);
  });
  return estimates;
}

Estimate bootstrap_interval(const SeedMatrix& matrix, std::int64_t replicates, std::uint64_t seed) {
  return bootstrap_intervals(std::span(&matrix, 1), replicates, seed, 1).front();
}

}  // namespace qinglan
