#pragma once
// Shannon entropy in nats.

#include <span>

namespace qinglan {

// -sum p log p; p >= 0 sums to 1, and 0 log 0 = 0.
double entropy(std::span<const double> p);

}  // namespace qinglan
