#pragma once
// The class prior a method aims at: a word or number of the spec as K shares.

#include <span>
#include <vector>

#include "base/json.h"

namespace qinglan {

// `value`: "weak" (`weak` itself, the mean training label), "uniform", or for two classes the share of
// class 1. `weak` [K] gives the number of classes. Throws Error{usage} for anything else, or a number with
// more than two classes.
std::vector<double> resolve_prior(const Json& value, std::span<const double> weak);

}  // namespace qinglan
