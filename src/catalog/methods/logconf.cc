#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo logconf_method() {
  return {
      "logconf",
      "L = (1 - a) CE(f, y) + a CE(f, h); h: own hardened predictions, no gradient; two classes: sort the "
      "batch by "
      "p_1, the first round(B prior) are class 1, ties by hash of id; more classes: by greedy assignment to "
      "the "
      "prior; a = alpha min(1, step / (warmup steps))",
      "Burns et al. 2023 (arXiv 2312.09390), section 4.3.2 and appendix A.4, in its paper form with linear "
      "warm-up; "
      "the prior in place of exactly half, and more than two classes, are extensions",
      "the student is much stronger than the supervisor and fine-tuned long enough to have views of its own",
      {{"alpha", 0.5,
        "weight of the student's own hardened predictions after warm-up (the paper's largest students: 0.75)",
        0, 1},
       warmup_parameter(0.2),
       hard_parameter(),
       prior_parameter()}};
}

}  // namespace qinglan
