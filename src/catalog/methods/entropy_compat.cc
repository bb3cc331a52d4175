#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo entropy_compat_method() {
  return {"entropy_compat",
          "L = mean_b CE(f_b, (1 - a) y_b + a p_b), no gradient through p in the target; its gradient is (1 "
          "- a) (p - "
          "y): naive with smaller steps; a = alpha min(1, step / (warmup steps))",
          "EleutherAI/w2s, loss entropy, as coded",
          "only to tell apart what that code did from what its name says",
          {{"alpha", 0.5, "weight of the student's own prediction after warm-up", 0, 1},
           warmup_parameter(0.2),
           hard_parameter(),
           prior_parameter(),
           warmup_steps_parameter()}};
}

}  // namespace qinglan
