#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo kl_method() {
  return {
      "kl",
      "L = mean_b KL(y_b || p_b) = CE(f_b, y_b) - H(y_b): the gradient of naive, with 0 as the least loss",
      "EleutherAI/w2s, loss kl",
      "never better or worse than naive; its loss reads as distance from the labels",
      {hard_parameter(), prior_parameter()}};
}

}  // namespace qinglan
