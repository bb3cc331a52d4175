#pragma once
// Numbers that are one a seed and no mean over items.

#include <span>

#include "metrics/estimate.h"

namespace qinglan {

// Mean +- t_{S-1} sd / sqrt(S). Undefined for one seed. `items` is left 0: the caller knows them.
Estimate over_seeds(std::span<const double> values);

}  // namespace qinglan
