#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kSource[] =
    "EleutherAI/w2s, probe knn (there a row counts among its own neighbours, which leaks its label; here it "
    "does not)";

ParameterInfo k() { return neighbours_parameter("k", "neighbours whose labels are averaged"); }

}  // namespace

StageInfo relabel_knn_stage() {
  return {
      {"relabel:knn",
       "y_i <- mean of y_j over the k labelled rows j != i nearest to row i by Euclidean distance of hidden "
       "states; an abstention gets a label and gives none",
       kSource,
       "the supervisor's errors are scattered among rows that the student sees as alike",
       {k(), depth_parameter()}},
      true};
}

StageInfo filter_knn_stage() {
  return {
      {"filter:knn",
       "q_i = mean of y_j over the k labelled rows j != i nearest to row i by Euclidean distance of hidden "
       "states; drop the round(n contamination) of the n labels with the largest 1/2 sum_c |q_ic - y_ic|; "
       "abstentions are dropped too",
       kSource,
       "the supervisor's errors are scattered among rows that the student sees as alike",
       {k(), contamination_parameter("share of the labels dropped, those least like their neighbours'"),
        depth_parameter()}},
      true};
}

}  // namespace qinglan
