#include "catalog/methods/all.h"

namespace qinglan {

ParameterInfo hard_parameter() {
  return {"hard", false, "train on the argmax of the weak labels; abstentions are skipped", 0, 0};
}

ParameterInfo prior_parameter() {
  return {"prior",
          "weak",
          "share of class 1 that the prior-matched threshold and the hardening aim at: the mean weak label, "
          "1/2, or a "
          "number; all but \"weak\" use knowledge of the ground truth and enter the certificate",
          0,
          1,
          {"weak", "uniform"}};
}

ParameterInfo warmup_parameter(double fallback) {
  return {"warmup", fallback, "share of all steps over which that weight grows from 0", 0, 1};
}

ParameterInfo warmup_steps_parameter() {
  return {"warmup_steps",
          0,
          "above 0: that weight grows over so many steps, in place of the share",
          0,
          1 << 30,
          {},
          true};
}

ParameterInfo floor_parameter(double fallback) {
  return {"eps", fallback, "y' = (1 - eps) y + eps / K keeps the logarithm of a label finite", 1e-6, 0.5};
}

}  // namespace qinglan
