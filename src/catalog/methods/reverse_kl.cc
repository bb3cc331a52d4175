#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo reverse_kl_method() {
  return {"reverse_kl",
          "L = mean_b KL(p_b || y'_b) = mean_b sum_c p_c log(p_c / y'_c); y' = (1 - eps) y + eps / K",
          "Yao et al. 2025, Revisiting Weak-to-Strong Generalization (arXiv 2502.11107)",
          "mode-seeking: the student may settle on the supervisor's likely class and leave the rest",
          {floor_parameter(1e-4), hard_parameter(), prior_parameter()}};
}

}  // namespace qinglan
