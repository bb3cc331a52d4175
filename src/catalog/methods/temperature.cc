#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo temperature_method() {
  return {"temperature",
          "L = mean_b CE(f_b, y'_b); y'_c = y_c^(1/T) / sum_k y_k^(1/T)",
          "Hinton et al. 2015, Distilling the Knowledge in a Neural Network (arXiv 1503.02531), on the "
          "labels alone",
          "the weak labels are over-confident (T > 1) or too timid (T < 1)",
          {{"T", 2.0, "temperature of the weak labels", 0.05, 20}, hard_parameter(), prior_parameter()}};
}

}  // namespace qinglan
