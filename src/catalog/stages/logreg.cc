#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kSource[] =
    "EleutherAI/w2s, probe logreg (there the probe judges the rows it was fitted on; here it is "
    "cross-fitted)";

ParameterInfo folds() {
  return {"folds", 5, "parts of the rows; each is predicted by a probe fitted on the others", 2, 100};
}

ParameterInfo l2() { return {"l2", 1e-3, "weight of |w|^2 beside the mean cross-entropy", 1e-9, 1e3}; }

}  // namespace

StageInfo relabel_logreg_stage() {
  return {{"relabel:logreg",
           "y_i <- softmax(W x_i + b) of a probe that minimizes mean CE + l2 |W|^2 over the other folds; x: "
           "hidden "
           "states, each standardized over those folds; an abstention gets a label and gives none",
           kSource,
           "what the supervisor means is linear in the student's hidden states, and its errors are not",
           {folds(), l2(), depth_parameter()}},
          true};
}

StageInfo filter_logreg_stage() {
  return {
      {"filter:logreg",
       "q_i = softmax(W x_i + b) of a probe that minimizes mean CE + l2 |W|^2 over the other folds; x: "
       "hidden "
       "states, each standardized over those folds; drop the round(n contamination) of the n labels with the "
       "largest 1/2 sum_c |q_ic - y_ic|; abstentions are dropped too",
       kSource,
       "what the supervisor means is linear in the student's hidden states, and its errors are not",
       {folds(), l2(), contamination_parameter("share of the labels dropped, those the probe doubts most"),
        depth_parameter()}},
      true};
}

}  // namespace qinglan
