#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo channel_method() {
  return {"channel",
          "L = mean_b CE(f_b, q_b); q_g = p_g prod_c M_gc^(y_c) / sum: the class behind the label, given the "
          "student and "
          "the channel; M_gc = (sum_b p_bg y_bc + strength [g = c]) / row sum, from the rows of the batch, "
          "no gradient; "
          "weight a of q against y: alpha min(1, step / (warmup steps))",
          "Dawid & Skene 1979 with the student as the prior (expectation-maximisation); a probe takes all "
          "rows as one "
          "batch, fine-tuning each batch with `strength` pseudo-counts",
          "the supervisor confuses certain classes more than others",
          {{"alpha", 1.0, "weight of the inferred class after warm-up", 0, 1},
           warmup_parameter(0.2),
           {"strength", 8.0, "pseudo-counts a class that hold the channel to the diagonal", 0, 1e6},
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
