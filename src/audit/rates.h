#pragma once
// Conditional rates over seeds x test items, each with its crossed interval.

#include <string>
#include <vector>

#include "audit/series_scores.h"

namespace qinglan {

// A matrix [S, n] from value(seed, item).
template <typename Value>
SeedMatrix matrix_over(std::size_t seeds, std::size_t items, Value value) {
  SeedMatrix matrix{seeds, items, std::vector<double>(seeds * items)};
  for (std::size_t s = 0; s < seeds; ++s)
    for (std::size_t i = 0; i < items; ++i) matrix.values[s * items + i] = value(s, i);
  return matrix;
}

// What each named series decided for each item; -1: nothing was said. Empty where a name is empty or a series
// is not done.
std::vector<std::vector<std::int32_t>> decide_all(const SeriesScores& scores,
                                                  const std::vector<std::string>& names);

// E(value | weight) with its interval over seeds and groups; undefined for `never` where all weights are 0.
// [S, n] each; values of a share lie in 0 .. 1, those of a difference in -1 .. 1.
Estimate conditional_share(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                           const std::string& never);
Estimate conditional_difference(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                                const std::string& never);
// The same as columns [S, groups], whose mean it is.
Scored conditional_columns(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                           const std::string& never);

}  // namespace qinglan
