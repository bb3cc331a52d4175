#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kSource[] =
    "trust functions (arXiv 2606.01000, by its abstract and a second reading; there of the teacher's last "
    "layer, here of the untrained student's hidden states)";

std::vector<ParameterInfo> parameters(double l2, std::vector<ParameterInfo> more) {
  std::vector<ParameterInfo> all{
      gold_rows_parameter(),
      kept_parameter("share of the labels kept, those trusted most"),
      {"l2", l2, "weight of |W|^2 beside the mean loss; biases are free", 1e-9, 1e3}};
  all.insert(all.end(), more.begin(), more.end());
  all.push_back(depth_parameter());
  return all;
}

StageInfo trust_stage(MethodInfo about) { return {about, true, false, StageAnswers::none, true}; }

}  // namespace

StageInfo filter_trust_stage() {
  return trust_stage(
      {"filter:trust",
       "t_i = w h_B + b with h_0 = W_0 v_i, h_(j+1) = h_j + V_j relu(W_j h_j + a_j) + b_j and v_i = (y_ic, "
       "y_ic x_i / sqrt(D)) over the classes c, x: hidden states, standardized over all rows; fitted on the "
       "true labels g of the budget: mean over them of BCE(t_i, [argmax y_i = g_i]), right and wrong ones "
       "weighing half each, + l2 |W|^2; keep the round(n keep) of the n labels with the largest t; "
       "abstentions are dropped",
       kSource, "the supervisor's errors depend on what a row is about, and some true labels are there",
       parameters(3e-3, {{"hidden", 16, "width of h", 1, 512},
                         {"blocks", 2, "residual blocks B", 0, 8},
                         {"iterations", 100, "of L-BFGS, from one seeded start", 1, 10000}})});
}

StageInfo filter_trust_linear_stage() {
  return trust_stage(
      {"filter:trust-linear",
       "filter:trust with a logistic form in place of the residual network: t_i = w v_i, the same "
       "v and loss, a convex problem solved to its minimum",
       kSource, "as filter:trust, where true labels are too few for a network", parameters(1e-3, {})});
}

}  // namespace qinglan
