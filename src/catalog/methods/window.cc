#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo window_method() {
  return {"window",
          "L = 1/B sum_b [max_c p_bc < 1/K + radius] CE(f_b, y_b): rows that the student is sure of teach it "
          "no more",
          "EleutherAI/w2s, loss window; \"midweak\": the radius is the median over the training set of max_c "
          "y_c - 1/K",
          "the student would else drift from its own confident answers to the supervisor's",
          {{"radius", 0.15, "how far from indifference a row is still trained on", 0, 1, {"midweak"}},
           hard_parameter(),
           prior_parameter()}};
}

}  // namespace qinglan
