#pragma once
// The nearest rows by Euclidean distance, exactly. Distances are computed for a block of rows against one
// candidate after the other, so that memory is block x candidates, not n^2.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "supervise/feature_rows.h"

namespace qinglan {

// For each of `queries` the `k` of `candidates` that are nearest to it, nearest first, never itself; ties by
// the lower row. [queries, k] rows. k must be less than the number of candidates.
std::vector<std::uint32_t> nearest_rows(const FeatureRows& features,
                                        const std::vector<std::uint32_t>& queries,
                                        const std::vector<std::uint32_t>& candidates, std::size_t k);

// |a - b|^2 and a b in fp32, summed in an order that depends on the width alone.
float squared_distance(std::span<const float> a, std::span<const float> b);
float inner_product(std::span<const float> a, std::span<const float> b);

}  // namespace qinglan
