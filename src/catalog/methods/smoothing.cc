#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo smoothing_method() {
  return {"smoothing",
          "L = mean_b CE(f_b, (1 - eps) y_b + eps / K)",
          "Szegedy et al. 2016, Rethinking the Inception Architecture (arXiv 1512.00567), section 7",
          "the weak labels are over-confident and their errors random",
          {{"eps", 0.1, "share of every label that is spread over all classes", 0, 1},
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
