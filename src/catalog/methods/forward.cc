#include "catalog/methods/all.h"

namespace qinglan {

MethodInfo forward_method() {
  return {"forward",
          "L = mean_b -sum_j y_j log (M^T p)_j; M_ij = 1 - noise for i = j, else noise / (K - 1): what the "
          "supervisor "
          "would say of class i",
          "Patrini et al. 2017, Making Deep Neural Networks Robust to Label Noise (arXiv 1609.03683), "
          "forward correction",
          "the supervisor's error rate is known and its errors fall evenly; the rate is knowledge of the "
          "ground truth",
          {{"noise", 0.2, "the supervisor's error rate", 0, 0.9}, hard_parameter(), prior_parameter()}};
}

}  // namespace qinglan
