#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo reverse_ce_method() {
  return {"reverse_ce",
          "L = mean_b -sum_c p_c log y'_c; y' = (1 - eps) y + eps / K",
          "arXiv 2505.24313; W2SG-Bregman, loss RCE",
          "few confident labels are right and many unsure ones are not: unsure labels weigh little",
          {floor_parameter(1e-4), hard_parameter(), prior_parameter()}};
}

}  // namespace qinglan
