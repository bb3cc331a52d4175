#pragma once
// One seed's scores as a row of a SeedMatrix: n values whose mean is the metric and whose scatter gives its
// variance. A metric that is no plain mean over items comes as mean + influence of each item (linearised), so
// that one interval serves all metrics.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qinglan {

struct ScoreRow {
  std::vector<double> values;  // [n]
  std::string undefined;       // why there are none; empty when defined

  bool defined() const { return undefined.empty(); }
};

// What a model answered on the test items.
struct Answers {
  std::span<const float> logits;            // [n, K]
  std::size_t classes = 0;                  // K
  std::span<const std::uint8_t> abstained;  // [n] or empty
};

}  // namespace qinglan
