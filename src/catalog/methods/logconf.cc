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
       prior_parameter(),
       {"threshold",
        "rank",
        "two classes: how own predictions are hardened; rank: as above; quantile: class 0 where p_0 >= t, t "
        "the "
        "quantile of the batch's p_0 at the batch's mean y_1, linear between neighbours "
        "(openai/weak-to-strong: all "
        "rows that tie are class 0); buffer: the quantile of the last rows' p_0, this micro-batch's among "
        "them "
        "(EleutherAI/w2s); a probe has no buffer but all its rows",
        0,
        0,
        {"rank", "quantile", "buffer"},
        true},
       {"jump",
        false,
        "the weight is alpha times the share of training done, up to `warmup`, and jumps to alpha there "
        "(openai/weak-to-strong as coded: 0.05, then 0.5)",
        0,
        0,
        {},
        true},
       warmup_steps_parameter(),
       {"buffer", 32, "threshold = buffer: rows whose p_0 it holds", 2, 1 << 16, {}, true},
       {"micro",
        1,
        "threshold = buffer: rows that enter it at a time; the quantile is the median where that is 1, else "
        "at their "
        "mean y_1",
        1,
        1 << 16,
        {},
        true}}};
}

}  // namespace qinglan
