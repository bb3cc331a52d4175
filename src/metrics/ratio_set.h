#pragma once
// The confidence set of a ratio of means (Fieller 1954, with a variance and df that may depend on the ratio):
// all rho with |numerator - rho denominator| <= t_df sqrt(V_L(rho)), L = X - rho Y.

#include <functional>
#include <optional>

#include "metrics/crossed.h"

namespace qinglan {

struct RatioSet {
  double low = 0, high = 0;
};

// `spread`: V_L and df at a rho. `limit`: V_Y and its df, what V_L / rho^2 becomes far out.
// Empty where the set is unbounded or in pieces: the denominator is not told apart from 0.
std::optional<RatioSet> ratio_set(double numerator, double denominator,
                                  const std::function<Spread(double)>& spread, const Spread& limit);

}  // namespace qinglan
