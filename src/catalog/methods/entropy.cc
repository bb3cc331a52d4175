#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo entropy_method() {
  return {"entropy",
          "L = mean_b (1 - a) CE(f_b, y_b) + a H(p_b); H(p) = -sum_c p_c log p_c; a = alpha min(1, step / "
          "(warmup "
          "steps))",
          "Grandvalet & Bengio 2004, Semi-supervised Learning by Entropy Minimization; what EleutherAI/w2s's "
          "entropy "
          "loss set out to be (see entropy_compat)",
          "the student is good enough that its confident answers are right",
          {{"alpha", 0.5, "weight of the student's own entropy after warm-up", 0, 1},
           warmup_parameter(0.2),
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
