#pragma once
// The percentile bootstrap over seeds x items: a cross-check of the crossed interval, which covers better at
// few seeds.

#include <cstdint>

#include "metrics/estimate.h"
#include "metrics/seed_matrix.h"

namespace qinglan {

// Draws seeds and columns with replacement, independently. Replicates come in chunks of 100, each from its
// own stream, so that the result depends on `seed` and `replicates` alone, whoever computes which chunk.
Estimate bootstrap_interval(const SeedMatrix& matrix, std::int64_t replicates, std::uint64_t seed);

}  // namespace qinglan
