#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo symmetric_method() {
  return {
      "symmetric",
      "L = mean_b alpha CE(f_b, y_b) - beta sum_c p_c log y'_c; y' = (1 - eps) y + eps / K",
      "Wang et al. 2019, Symmetric Cross Entropy for Robust Learning with Noisy Labels (arXiv 1908.06112)",
      "label errors are many and random",
      {{"alpha", 1.0, "weight of the cross-entropy", 0, 10},
       {"beta", 0.1, "weight of the reverse cross-entropy", 0, 10},
       floor_parameter(1e-4),
       hard_parameter(),
       prior_parameter()}};
}

}  // namespace qinglan
