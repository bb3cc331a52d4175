#pragma once
// One change point of a sorted sequence by least squares: binary segmentation with one breakpoint and the L2
// cost, solved exactly.

#include <optional>
#include <vector>

namespace qinglan {

// `sorted` ascending. The number b of values below the breakpoint, 0 < b < n, that minimizes the sum of
// squared distances to the means of either side; never between equal values, of equal costs the least b.
// None where all values are equal, or fewer than two.
std::optional<std::size_t> change_point(const std::vector<double>& sorted);

}  // namespace qinglan
