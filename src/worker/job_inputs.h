#pragma once
// What a job's nodes read, read once where they follow each other: rows, features, mapped hidden states, and
// of probes the work that does not depend on their method. A node gets what it would have read and computed
// alone, bit for bit.

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/labels.h"
#include "experiment/node.h"
#include "store/store.h"
#include "train/probe_problem.h"
#include "train/trunk.h"

namespace qinglan {

// A probe's problem and what its design had been asked before this node.
struct SharedProblem {
  std::shared_ptr<const ProbeProblem> problem;
  double flops_before = 0;
};

class JobInputs {
 public:
  explicit JobInputs(const Store& store) : store_(store) {}

  const Inputs& dataset(const std::string& key);
  // The node's data set; with the parameter "password", {"word", "column"}, its train rows are followed by
  // their copies with that word (data/spoilt_dataset.h).
  const Inputs& rows(const Node& node);
  // [N, D] bf16. The latest two are kept: those of a contrast pair.
  torch::Tensor features(const std::string& key);
  const TrunkStates& trunk(const std::string& key, std::int64_t depth);

  // The latest design and problem are kept: nodes in the order of `probe_order` find them.
  SharedProblem problem(const Node& node, const std::vector<std::size_t>& rows, const TrainingLabels& labels,
                        const ProbeOptions& options);
  // Equal for probes that share a problem, near for those that share a design; empty for other nodes.
  static std::string probe_order(const Node& node);

 private:
  const Store& store_;
  std::map<std::string, Inputs> datasets_, with_copies_;
  std::vector<std::pair<std::string, torch::Tensor>> features_;
  std::map<std::string, TrunkStates> trunks_;
  std::string problem_name_, design_features_;
  std::vector<std::size_t> design_rows_;
  std::vector<float> problem_labels_;
  std::shared_ptr<ProbeDesign> design_;
  std::shared_ptr<const ProbeProblem> problem_;
};

}  // namespace qinglan
