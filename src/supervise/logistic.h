#pragma once
// The logistic function and its loss, without overflow.

#include <algorithm>
#include <cmath>

namespace qinglan {

inline double logistic(double z) { return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z)); }

// -t log s(z) - (1 - t) log s(-z) = log(1 + e^z) - t z, whose derivative is s(z) - t.
inline double binary_cross_entropy(double z, double t) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - t * z;
}

}  // namespace qinglan
