#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo product_method() {
  return {
      "product",
      "L = mean_b CE(f_b, t_b); t_c = p_c^beta y_c^alpha / sum_k p_k^beta y_k^alpha, no gradient through t",
      "openai/weak-to-strong, loss product, with y at least 1e-6 and beta warmed up, which that code "
      "declares and "
      "does not do",
      "student and supervisor err independently of each other",
      {{"alpha", 1.0, "exponent of the weak label", 0, 10},
       {"beta", 1.0, "exponent of the student's own prediction after warm-up", 0, 10},
       warmup_parameter(0.1),
       hard_parameter(),
       prior_parameter()}};
}

}  // namespace qinglan
