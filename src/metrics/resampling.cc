#include "metrics/resampling.h"

#include <algorithm>
#include <cstring>

#include "base/random.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define QL_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QL_CLONES
#endif

namespace qinglan {
namespace {

constexpr int kLanes = 16, kVectors = Resampling::kReplicates / kLanes;
constexpr std::size_t kSeedTile = 5;  // rows of values whose sums fit the registers

using Vector = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

// sums[s][r] = sum over columns of values[s][column] * counts[column][r], for `Seeds` rows of values.
template <int Seeds>
inline __attribute__((always_inline)) void multiply(const float* values, std::size_t columns,
                                                    const float* counts, float* sums) {
  Vector sum[Seeds][kVectors] = {};
  for (std::size_t column = 0; column < columns; ++column, counts += Resampling::kReplicates)
    for (int v = 0; v < kVectors; ++v) {
      const Vector times = *reinterpret_cast<const Vector*>(counts + v * kLanes);
      for (int s = 0; s < Seeds; ++s)
        sum[s][v] += times * values[static_cast<std::size_t>(s) * columns + column];
    }
  std::memcpy(sums, sum, sizeof sum);
}

QL_CLONES void multiply_rows(std::size_t seeds, const float* values, std::size_t columns, const float* counts,
                             float* sums) {
  switch (seeds) {
    case 1:
      return multiply<1>(values, columns, counts, sums);
    case 2:
      return multiply<2>(values, columns, counts, sums);
    case 3:
      return multiply<3>(values, columns, counts, sums);
    case 4:
      return multiply<4>(values, columns, counts, sums);
    default:
      return multiply<kSeedTile>(values, columns, counts, sums);
  }
}

}  // namespace

Resampling::Resampling(std::size_t seeds, std::size_t columns, std::uint64_t seed, std::uint64_t block)
    : seeds_(seeds),
      columns_(columns),
      column_counts_(columns * kReplicates),
      seed_counts_(seeds * kReplicates) {
  Random random(seed, "bootstrap", block);
  for (std::size_t r = 0; r < kReplicates; ++r) {
    for (std::size_t s = 0; s < seeds; ++s) seed_counts_[random.below(seeds) * kReplicates + r] += 1;
    for (std::size_t i = 0; i < columns; ++i) column_counts_[random.below(columns) * kReplicates + r] += 1;
  }
}

void Resampling::means_of(const float* values, double* means) const {
  float sums[kSeedTile * kReplicates];
  std::fill(means, means + kReplicates, 0.0);
  for (std::size_t first = 0; first < seeds_; first += kSeedTile) {
    const std::size_t count = std::min(kSeedTile, seeds_ - first);
    multiply_rows(count, values + first * columns_, columns_, column_counts_.data(), sums);
    for (std::size_t s = 0; s < count; ++s)
      for (std::size_t r = 0; r < kReplicates; ++r)
        means[r] +=
            static_cast<double>(seed_counts_[(first + s) * kReplicates + r]) * sums[s * kReplicates + r];
  }
  const double drawn = static_cast<double>(seeds_) * static_cast<double>(columns_);
  for (std::size_t r = 0; r < kReplicates; ++r) means[r] /= drawn;
}

}  // namespace qinglan
