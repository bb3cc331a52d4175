#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kMixing[] =
    "ground-truth-mixing studies of weak-to-strong training (a fork of openai/weak-to-strong)";

ParameterInfo place() {
  return {"place",
          "random",
          "which rows: drawn by the run seed; wrong-first takes those that the supervisor labels wrongly "
          "before all others, which no user can, and says what choosing rows could bring at most",
          0,
          0,
          {"random", "wrong-first"}};
}

ParameterInfo smoothing() {
  return {"smoothing", 0.0, "e of a true label's (1 - e) one-hot + e / K", 0, 0.99};
}

StageInfo gold_stage(const char* name, const char* formula, const char* source, const char* when,
                     std::vector<ParameterInfo> more = {}) {
  std::vector<ParameterInfo> parameters{gold_rows_parameter(), place(), smoothing()};
  parameters.insert(parameters.end(), more.begin(), more.end());
  return {{name, formula, source, when, parameters}, false, true};
}

}  // namespace

StageInfo gold_replace_stage() {
  return gold_stage(
      "gold:replace",
      "y_i <- the true label for the rows of the budget; the loss treats them as it treats others", kMixing,
      "a first look at what a few true labels add; the baseline of the others");
}

StageInfo gold_weighted_stage() {
  return gold_stage("gold:weighted",
                    "as gold:replace, L = sum_i w_i L_i / sum_i w_i over the batch; w = weight for true "
                    "labels, 1 for weak ones",
                    kMixing, "true labels are few and weak ones many",
                    {{"weight", 4.0, "of a true label's row", 1e-3, 1e4}});
}

StageInfo gold_anchored_stage() {
  return gold_stage("gold:anchored",
                    "as gold:replace; rows with a true label are trained on it alone, whatever the loss "
                    "makes of other targets "
                    "(logconf: a = 0 there)",
                    kMixing,
                    "with a loss that mixes in the student's own view; with naive it is gold:replace");
}

StageInfo gold_reliability_stage() {
  return gold_stage("gold:reliability",
                    "as gold:replace, L = sum_i w_i L_i / sum_i w_i; weak labels have w_i = P(right | max_c "
                    "y_ic), a logistic "
                    "curve in one variable fitted on the rows whose truth is known; true labels have w = 1",
                    kMixing, "the supervisor's confidence says something of whether it is right");
}

StageInfo gold_only_stage() {
  return gold_stage("gold:only", "the true labels of the budget without any weak label",
                    "the control of every gold budget",
                    "to see whether weak labels add anything to the true ones");
}

}  // namespace qinglan
