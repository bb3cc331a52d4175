#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kSource[] =
    "selective weak-to-strong generalization (arXiv 2511.14166), read as an abstract only: classifier, "
    "smoothing and what it is trained on are our definition";

// `right` says what r_i is.
std::string formula(const char* right) {
  return std::string(
             "o_i: the untrained student's own answer by its label words; q_i = (1 - smoothing) y_i + "
             "smoothing "
             "(mean of y_j over the k labelled rows j != i nearest to row i by Euclidean distance of hidden "
             "states), of an abstention the mean alone; P(IK)_i = sigmoid(w v_i) with v_i = (o_ic, o_ic x_i "
             "/ "
             "sqrt(D)) over the classes c, x: the hidden states, standardized over all rows; w minimizes "
             "mean "
             "BCE(w v_i, r_i) + l2 |w|^2, biases free, ") +
         right + "; y_i <- o_i (its class, or its probabilities) where P(IK)_i > threshold, else q_i";
}

std::vector<ParameterInfo> parameters(std::vector<ParameterInfo> more) {
  std::vector<ParameterInfo> all{
      {"threshold", 0.5, "the P(IK) that the student's own answer must exceed to be its label", 0, 1},
      {"own",
       "hard",
       "what an own answer is as a label: its class, or its probabilities",
       0,
       0,
       {"hard", "soft"}},
      neighbours_parameter("k", "neighbours whose labels are averaged"),
      {"smoothing", 0.5, "share of the neighbours in a smoothed weak label", 0, 1},
      {"l2", 1e-3, "weight of |w|^2 beside the mean loss", 1e-9, 1e3}};
  all.insert(all.end(), more.begin(), more.end());
  all.push_back(depth_parameter());
  return all;
}

}  // namespace

StageInfo relabel_select_stage() {
  return {
      {"relabel:select",
       formula(
           "r_i = [argmax o_i = argmax q_i] of the labelled rows; each fold of the rows is judged by a fit "
           "on the others"),
       kSource, "the student knows some answers already, and where it does so shows in its hidden states",
       parameters({{"folds", 5, "parts of the rows; each is judged by a fit on the others", 2, 100}})},
      true,
      false,
      StageAnswers::zero_shot};
}

StageInfo relabel_select_gold_stage() {
  return {{"relabel:select-gold",
           formula("r_i = [argmax o_i = g_i] of the rows of the budget, g: their true labels"), kSource,
           "as relabel:select, with some true labels to learn from when the student is right",
           parameters({gold_rows_parameter()})},
          true,
          false,
          StageAnswers::zero_shot,
          true};
}

}  // namespace qinglan
