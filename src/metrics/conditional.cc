#include "metrics/conditional.h"

#include "base/error.h"

namespace qinglan {

SeedMatrix conditional_rows(const SeedMatrix& value, const SeedMatrix& weight) {
  QL_CHECK(value.seeds == weight.seeds && value.columns == weight.columns, "seed matrices differ in shape");
  double weighted = 0, total = 0;
  for (std::size_t i = 0; i < value.values.size(); ++i) {
    weighted += value.values[i] * weight.values[i];
    total += weight.values[i];
  }
  QL_CHECK(total > 0, "a conditional mean over nothing");
  const double ratio = weighted / total, mean_weight = total / static_cast<double>(weight.values.size());
  SeedMatrix rows = value;
  for (std::size_t i = 0; i < rows.values.size(); ++i)
    rows.values[i] = ratio + (value.values[i] - ratio) * weight.values[i] / mean_weight;
  return rows;
}

}  // namespace qinglan
