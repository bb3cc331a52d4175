#pragma once
// Performance gap recovered (Burns et al. 2023): mean(weak-to-strong - weak) / mean(ceiling - weak), a ratio
// of means, with the set of all shares that the data do not refuse (metrics/ratio_set.h).

#include "metrics/estimate.h"
#include "metrics/seed_matrix.h"

namespace qinglan {

// `gain` = weak-to-strong - weak, `gap` = ceiling - weak, paired by seed and column. Undefined where the gap
// is too small to divide by, or one seed or one column gives no interval.
Estimate pgr_interval(const SeedMatrix& gain, const SeedMatrix& gap);

}  // namespace qinglan
