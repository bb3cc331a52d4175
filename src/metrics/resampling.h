#pragma once
// How often 64 replicates of a bootstrap draw each seed and each column, and the means that follow.

#include <cstdint>
#include <vector>

#include "metrics/seed_matrix.h"

namespace qinglan {

class Resampling {
 public:
  static constexpr std::size_t kReplicates = 64;

  // S seeds and n columns, drawn with replacement from the stream ("bootstrap", block) of `seed`.
  Resampling(std::size_t seeds, std::size_t columns, std::uint64_t seed, std::uint64_t block);

  // means [64] of the replicates. values [S, n] fp32; products are summed in fp32 over the columns.
  void means_of(const float* values, double* means) const;

 private:
  std::size_t seeds_, columns_;
  std::vector<float> column_counts_, seed_counts_;  // [n, 64], [S, 64]
};

}  // namespace qinglan
