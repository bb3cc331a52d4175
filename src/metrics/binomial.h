#pragma once
// Exact tests on counts.

#include <cstdint>

namespace qinglan {

// P(X <= successes) of `trials` with probability p each; 0 <= p <= 1.
double binomial_cdf(std::int64_t successes, std::int64_t trials, double p);

// Bounds of a probability that `successes` of `trials` >= 1 tell with 95% certainty, exact (Clopper & Pearson
// 1934, Biometrika 26).
struct Bounds {
  double low, high;
};
Bounds binomial_bounds(std::int64_t successes, std::int64_t trials);

// McNemar's exact test (1947): of items on which two models differ, `first` are right by the one alone and
// `second` by the other alone; P(a split at least as uneven | a fair coin), two-sided; 1 where none differs.
double mcnemar_p(std::int64_t first, std::int64_t second);

}  // namespace qinglan
