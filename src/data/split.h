#pragma once
// Each run seed splits the train rows into two disjoint halves; rows of one group stay together.

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace qinglan {

struct Halves {
  std::vector<std::size_t> supervision, transfer;  // indices into Inputs::train, ascending
};

// Groups in an order drawn by (seed, "split"), each to the half with fewer rows. Depends on ids and groups
// only.
Halves split_halves(const std::vector<Example>& train, std::uint64_t seed);

}  // namespace qinglan
