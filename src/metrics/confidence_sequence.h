#pragma once
// An interval that stays true however often one looks while rows come in, and whenever one stops: the
// predictable plug-in empirical Bernstein confidence sequence (Waudby-Smith & Ramdas 2024, arXiv 2010.09686,
// section 3.2, Theorem 2), for means of bounded values in an order that does not depend on them.

#include <cstddef>
#include <span>

namespace qinglan {

struct Sequence {
  double low = -1, high = 1;   // after all values; the intersection of all before
  std::size_t decided_at = 0;  // values after which 0 was outside; 0: never
};

// values [n] in [-1, 1]. With x = (value + 1)/2, mu_t = (1/2 + sum x)/(t+1), s_t = (1/4 + sum (x_i -
// mu_i)^2)/(t+1), lambda_t = min(1/2, sqrt(2 log(2/alpha) / (s_{t-1} t log(t+1)))), v_i = 4 (x_i -
// mu_{i-1})^2 and psi(l) = (-log(1-l) - l)/4: mean of x weighted by lambda +- (log(2/alpha) + sum v psi) /
// sum lambda.
Sequence confidence_sequence(std::span<const double> values, double alpha = 0.05);

}  // namespace qinglan
