#pragma once
// What a run could find at best, before anything is run: how many seeds and test rows are worth having.

#include <cstdint>

#include "base/json.h"

namespace qinglan {

struct Foresight {
  double detectable = 0;  // gain found in 4 of 5 such runs
  std::int64_t rows =
      0;  // test rows that find the smallest gain that counts with these seeds; 0: beyond a million
};

// Assumed, and said beside the numbers: students of two seeds differ by a point (standard deviation), and
// student and supervisor answer differently on 3 of 10 rows, on the same ones whatever the seed. Then the
// gain's variance is .01^2 / seeds + .3 / rows.
Foresight foresee(std::int64_t seeds, std::int64_t rows, double delta);
Json to_json(const Foresight& foresight);

}  // namespace qinglan
