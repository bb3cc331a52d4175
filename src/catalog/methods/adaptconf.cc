#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo adaptconf_method() {
  return {"adaptconf",
          "L = mean_b (1 - a_b) CE(f_b, y_b) + a_b CE(f_b, argmax p_b); a = 1 / (1 + exp(sign (d_w - d_s) / "
          "tau)); d_s = "
          "-log max p, d_w = -log p[argmax y], no gradient through a",
          "vision_weak_to_strong (arXiv 2402.03749), loss AdaptConf. sign 1 is that code: a <= 1/2 and -> 0 "
          "where the "
          "student disagrees with confidence, so the supervisor is trusted most there; sign -1 trusts the "
          "student there",
          "the student disagrees with confidence mostly where the supervisor errs (sign -1)",
          {{"tau", 0.5, "how sharply the weight follows the difference of the two losses", 0.01, 100},
           {"sign", 1, "1: as published; -1: turned round", -1, 1},
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
