#pragma once
// How many seeds or test items would turn `underpowered` into an answer, by scaling the variance parts.

#include "audit/evidence.h"

namespace qinglan {

struct Need {
  std::int64_t seeds = 0;  // smallest number at these items, or 0: beyond 1,000, or already enough
  std::int64_t items = 0;  // smallest number at these seeds, or 0: beyond 1,000,000, or already enough
  bool both = false;       // both are below the least of rule 2, so both are needed
};

inline constexpr std::int64_t kLeastSeeds = 3, kLeastItems = 200;

// Means stay as they are; A falls as 1/S, B as 1/n, R as 1/(S n).
Need need(const Evidence& evidence);

}  // namespace qinglan
