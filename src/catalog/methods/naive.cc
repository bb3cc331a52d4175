#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo naive_method() {
  return {"naive",
          "L = mean_b CE(f_b, y_b); CE(f, y) = -sum_c y_c log softmax(f)_c; y: soft weak labels",
          "Burns et al. 2023, Weak-to-Strong Generalization (arXiv 2312.09390), section 4.1; "
          "openai/weak-to-strong, loss xent",
          "the baseline every other method is judged against",
          {hard_parameter(), prior_parameter()}};
}

}  // namespace qinglan
