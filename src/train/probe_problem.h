#pragma once
// The parts of a probe's fit that do not depend on the method, so that the cells of a grid can share them:
// the rows' design (one a seed) and the labels' first fit (one a seed and supervisor). Whoever shares them
// gets the bits it would have computed alone.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "data/labels.h"
#include "train/logistic.h"

namespace qinglan {

struct ProbeOptions {
  // Penalties tried, l2 / 2 |W|^2 on the mean cross-entropy. One value is taken as it is.
  std::vector<double> l2 = {1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100};
  std::int64_t folds = 5;    // of the cross-validation, drawn by the stream "folds"
  std::int64_t rounds = 10;  // at most; see Probe::fit()
};

// Standardized rows and what follows from them alone.
class ProbeDesign {
 public:
  // features [N, D] of any float type. Throws Error{invalid_input} for non-finite ones or fewer than two
  // rows.
  ProbeDesign(const torch::Tensor& features, std::int64_t classes);

  const torch::Tensor& mean() const { return mean_; }  // [D] fp64
  const torch::Tensor& inverse_deviation() const {
    return inverse_deviation_;
  }  // [D] fp64, 0 for a constant feature
  Logistic& logistic() { return *logistic_; }

 private:
  torch::Tensor mean_, inverse_deviation_;
  std::unique_ptr<Logistic> logistic_;
};

// The labels on that design: penalty chosen, labels fitted.
class ProbeProblem {
 public:
  using Path = std::vector<std::pair<double, double>>;

  // Row i of the design is that of labels.ids()[i].
  ProbeProblem(std::shared_ptr<ProbeDesign> design, const TrainingLabels& labels, const ProbeOptions& options,
               std::uint64_t run_seed);

  ProbeDesign& design() const { return *design_; }
  const torch::Tensor& targets() const { return targets_; }    // [N, K] fp64, rows sum to 1
  const torch::Tensor& weights() const { return weights_; }    // [N, 1] fp64, uniform
  const torch::Tensor& solution() const { return solution_; }  // [1, K, D + 1] fp64
  double loss() const { return loss_; }                        // of the solution, nats
  double l2() const { return l2_; }
  const Path& path() const { return path_; }

 private:
  std::shared_ptr<ProbeDesign> design_;
  torch::Tensor targets_, weights_, solution_;
  double loss_ = 0, l2_ = 0;
  Path path_;
};

inline constexpr double kProbeTolerance = 1e-11;  // in nats above the minimum; fp64 leaves room

}  // namespace qinglan
