#include "metrics/over_seeds.h"

#include <cmath>
#include <cstdio>

#include "metrics/crossed.h"

namespace qinglan {

Estimate over_seeds(std::span<const double> values) {
  if (values.empty()) return Estimate::no("no seed was run");
  const double seeds = static_cast<double>(values.size());
  double mean = 0, scatter = 0;
  for (const double value : values) mean += value / seeds;
  if (values.size() == 1) {
    char words[80];
    std::snprintf(words, sizeof words, "one seed gives no interval (it is %.4g)", mean);
    return Estimate::no(words);
  }
  for (const double value : values) scatter += (value - mean) * (value - mean) / (seeds - 1);
  const double half = half_width({scatter / seeds, seeds - 1});
  return {.value = mean, .low = mean - half, .high = mean + half, .seeds = std::ssize(values)};
}

}  // namespace qinglan
