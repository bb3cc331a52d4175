#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "supervise/corruptors/all.h"

namespace qinglan {

std::size_t wrong_rows(double rate, std::size_t n) {
  return static_cast<std::size_t>(std::floor(rate * static_cast<double>(n) + 0.5));
}

std::int32_t other_class(std::int32_t truth, std::size_t classes, Random& random) {
  const auto step = static_cast<std::int32_t>(random.below(classes - 1)) + 1;
  return (truth + step) % static_cast<std::int32_t>(classes);
}

void make_wrong(const CorruptorInput& input, std::vector<std::size_t> rows, std::size_t count,
                const std::vector<double>& priority, std::vector<std::int32_t>& labels) {
  QL_CHECK(count <= rows.size(), "more errors than rows");
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return priority[a] != priority[b] ? priority[a] > priority[b] : a < b;
  });
  rows.resize(count);
  std::sort(rows.begin(), rows.end());
  for (const std::size_t row : rows) labels[row] = other_class(input.truth[row], input.classes, input.random);
}

std::vector<double> random_priority(const CorruptorInput& input) {
  std::vector<double> priority(input.truth.size());
  for (double& value : priority) value = input.random.uniform();
  return priority;
}

}  // namespace qinglan
