#include "metrics/entropy.h"

#include <cmath>

namespace qinglan {

double entropy(std::span<const double> p) {
  double sum = 0;
  for (const double value : p)
    if (value > 0) sum -= value * std::log(value);
  return sum;
}

}  // namespace qinglan
