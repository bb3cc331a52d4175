#pragma once
// The paired permutation test (Fisher 1935): under no difference, which of two models gave which answer to an
// item is a coin toss, so each item's difference may have either sign.

#include <cstdint>
#include <span>

namespace qinglan {

// P(|sum of differences under random signs| >= |sum|), two-sided. Exact where at most 16 differences are not
// 0; else from 1,999 draws of the stream "signs" of `seed`, the data's own among them. 1 where all are 0.
double sign_flip_p(std::span<const double> differences, std::uint64_t seed);

}  // namespace qinglan
