#pragma once
// What difference is noise, and what difference could have been seen.

#include "metrics/crossed.h"

namespace qinglan {

inline constexpr double kPower = 0.8;

// Standard deviation of a score over seeds of one configuration on the same test items, sd = sqrt(sum (x -
// mean)^2 / (S-1)), with the interval of a normal sample's: sd sqrt((S-1) / chi^2) at .975 and .025.
// Undefined for one seed. `items` is left 0.
Estimate seed_deviation(std::span<const double> seed_means);

// (t_df(.975) + t_df(.8)) sqrt(V): the true difference that a two-sided test at 5% finds with power 80%, at
// this spread.
double detectable(const Spread& spread);

// The same for a matrix of differences, with the interval that V df / chi^2_df has.
Estimate minimum_detectable(const SeedMatrix& difference);

}  // namespace qinglan
