#include "catalog/stages/all.h"

namespace qinglan {
namespace {

constexpr char kSource[] =
    "Wu et al. 2020, A Topological Filter for Learning with Label Noise (arXiv 2012.04835); EleutherAI/w2s, "
    "probe "
    "topo";

std::vector<ParameterInfo> parameters() {
  return {neighbours_parameter("k", "neighbours that a row has edges to"),
          neighbours_parameter("k_zeta", "kept neighbours whose labels are averaged"),
          contamination_parameter("share of the labels dropped at least, by both steps together"),
          depth_parameter()};
}

}  // namespace

StageInfo filter_topo_stage() {
  return {
      {"filter:topo",
       "edges from each row to its k nearest others of the same class argmax y; of each class keep the "
       "largest "
       "strongly connected component; then, among these, zeta_i = 1/2 sum_c |q_ic - y_ic| with q_i the mean "
       "label of the k_zeta nearest kept others: drop the largest zeta until round(n contamination) of the n "
       "labels are gone; abstentions are dropped too",
       kSource, "rows of a class lie together in the student's hidden states and wrong labels lie apart",
       parameters()},
      true};
}

StageInfo relabel_topo_stage() {
  return {
      {"relabel:topo",
       "y_i <- mean of y_j over the k_zeta rows j != i nearest to row i among those that filter:topo keeps; "
       "every row gets a label, dropped ones and abstentions too",
       kSource, "as filter:topo, where too few rows are left to learn from the kept ones alone",
       parameters()},
      true};
}

}  // namespace qinglan
