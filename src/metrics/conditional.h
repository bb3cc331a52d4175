#pragma once
// Conditional means over seeds x items, P(x | w): ratios of sums, made means by linearisation.

#include <string>

#include "metrics/seed_matrix.h"

namespace qinglan {

// Values r + (x - r) w / mean(w) with r = sum(x w) / sum(w) over all seeds: their mean is r, their crossed
// interval the ratio's. `value`, `weight`: equal shape, weights >= 0 with a sum above 0.
SeedMatrix conditional_rows(const SeedMatrix& value, const SeedMatrix& weight);

}  // namespace qinglan
