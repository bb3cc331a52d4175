#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo cace_method() {
  return {"cace",
          "L = mean_b CE(f_b, y_b) where max_c y_c - 1/K >= margin, else -sum_c p_c log y'_c; y' = (1 - eps) "
          "y + eps / K",
          "W2SG-Bregman, loss CACE (confidence-adaptive cross-entropy)",
          "labels are calibrated: sure ones are to be followed, unsure ones to be read as hints",
          {{"margin", 0.1, "how sure a label must be to be followed", 0, 1},
           floor_parameter(1e-4),
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
