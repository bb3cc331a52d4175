#pragma once
// Multinomial logistic regression with soft targets on a fixed design, several weightings of the rows at
// once: sum_i w_i CE(softmax(Z_i X^T), t_i) + l2 / 2 |X without bias|^2, minimized in fp64 by L-BFGS.
// Preconditioned by the inverse of G / K + l2 I, with G the design's Gram matrix: the exact Hessian at
// uniform p.

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <map>

namespace qinglan {

class Logistic {
 public:
  // design [N, D] fp64 with standardized columns; a column of ones is added for the bias.
  Logistic(const torch::Tensor& design, std::int64_t classes);

  // targets [N, K] rows sum to 1, row_weights [N, P] columns sum to 1, start [P, K, D + 1], all fp64 -> [P,
  // K, D + 1], the bias last. Rows of the K axis sum to zero where start's do.
  torch::Tensor fit(const torch::Tensor& targets, const torch::Tensor& row_weights, double l2,
                    const torch::Tensor& start, double tolerance);

  // The same for one problem with another loss of the rows, differentiable in the logits and perhaps not
  // convex: logits, targets [N, ...] -> [N]. row_weights [N, 1].
  using RowLosses = std::function<torch::Tensor(const torch::Tensor& logits, const torch::Tensor& targets)>;
  torch::Tensor fit(const RowLosses& losses, const torch::Tensor& targets, const torch::Tensor& row_weights,
                    double l2, const torch::Tensor& start, double tolerance);

  // Cross-entropy of every row under every problem: [N, P], nats.
  torch::Tensor row_losses(const torch::Tensor& coefficients, const torch::Tensor& targets);
  // Probabilities of problem 0: [N, K].
  torch::Tensor probabilities(const torch::Tensor& coefficients);

  std::int64_t rows() const { return design_.size(0); }
  std::int64_t columns() const { return design_.size(1); }  // D + 1
  double flops() const { return flops_; }                   // of everything done so far

 private:
  torch::Tensor log_probabilities(const torch::Tensor& coefficients);  // [N, P, K]
  const torch::Tensor& inverse_hessian(double l2);
  torch::Tensor penalties(double l2) const;  // [D + 1], none on the bias
  torch::Tensor minimize(const std::function<struct ValueAndGradient(const torch::Tensor&)>& oracle,
                         double l2, const torch::Tensor& start, double tolerance);

  torch::Tensor design_, gram_;
  std::map<double, torch::Tensor> inverse_;  // by penalty
  std::int64_t classes_;
  double flops_ = 0;
};

}  // namespace qinglan
