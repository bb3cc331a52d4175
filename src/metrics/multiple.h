#pragma once
// Many comparisons at once.

#include <vector>

namespace qinglan {

// Holm's step-down adjustment (1979): p values that may be held against one level for the whole family. In
// the order given; each at least the p it comes from, at most 1.
std::vector<double> holm(const std::vector<double>& p);

// Benjamini and Hochberg's adjustment (1995): p values that may be held against a rate of false discoveries.
// In the order given; each at least the p it comes from, at most 1.
std::vector<double> benjamini_hochberg(const std::vector<double>& p);

}  // namespace qinglan
