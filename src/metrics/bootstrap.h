#pragma once
// The percentile bootstrap over seeds x items: a cross-check of the crossed interval, which covers better at
// few seeds.

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/estimate.h"
#include "metrics/seed_matrix.h"

namespace qinglan {

// Draws seeds and columns with replacement, independently. Replicates come in blocks of 64, each from its
// own stream, so that the result depends on `seed` and `replicates` alone, whoever computes which block.
Estimate bootstrap_interval(const SeedMatrix& matrix, std::int64_t replicates, std::uint64_t seed);

// The same of each matrix, all of one shape: they share the draws. `threads` 0: as many as the machine has.
std::vector<Estimate> bootstrap_intervals(std::span<const SeedMatrix> matrices, std::int64_t replicates,
                                          std::uint64_t seed, int threads = 0);

}  // namespace qinglan
