#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo augconf_method() {
  return {"augconf",
          "L = mean_b (1 - a) T^2 KL(y_b^T || p_b^T) + a CE(f_b, argmax p_b); x^T: softmax(log x / T); a = "
          "alpha min(1, "
          "step / (warmup steps))",
          "vision_weak_to_strong, loss AugConf; Burns et al. 2023 with the plain argmax in place of the "
          "hardening",
          "as logconf, where classes are balanced or the threshold must not move",
          {{"alpha", 0.5, "weight of the student's own argmax after warm-up", 0, 1},
           warmup_parameter(0.3),
           {"T", 1.0, "temperature of both sides of the distillation", 0.05, 20},
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
