#include "train/logistic.h"

#include "base/error.h"
#include "train/batched_lbfgs.h"

namespace qinglan {

Logistic::Logistic(const torch::Tensor& design, std::int64_t classes)
    : design_(torch::cat({design, torch::ones({design.size(0), 1}, design.options())}, 1)),
      classes_(classes) {
  QL_CHECK(design.scalar_type() == torch::kFloat64, "the design of a logistic fit is fp64");
  const auto n = static_cast<double>(rows()), d = static_cast<double>(columns());
  gram_ = torch::mm(design_.t(), design_) / n;
  flops_ += 2 * n * d * d;
}

const torch::Tensor& Logistic::inverse_hessian(double l2) {
  if (const auto known = inverse_.find(l2); known != inverse_.end()) return known->second;
  const torch::Tensor ridge = penalties(l2);
  // The bias is not penalized; its own curvature keeps the matrix definite even where a column is all zero.
  const torch::Tensor hessian = gram_ / static_cast<double>(classes_) + torch::diag(ridge + 1e-12);
  const torch::Tensor inverse = torch::cholesky_inverse(torch::linalg_cholesky(hessian));
  const auto d = static_cast<double>(columns());
  flops_ += d * d * d;
  return inverse_.emplace(l2, inverse).first->second;
}

torch::Tensor Logistic::log_probabilities(const torch::Tensor& coefficients) {
  const auto problems = coefficients.size(0);
  flops_ += 2.0 * static_cast<double>(rows() * columns() * problems * classes_);
  const torch::Tensor logits = torch::mm(design_, coefficients.view({problems * classes_, columns()}).t());
  return torch::log_softmax(logits.view({rows(), problems, classes_}), 2);
}

torch::Tensor Logistic::penalties(double l2) const {
  torch::Tensor penalty = torch::full({columns()}, l2, design_.options());
  penalty[columns() - 1] = 0;
  return penalty;
}

torch::Tensor Logistic::minimize(const std::function<ValueAndGradient(const torch::Tensor&)>& oracle,
                                 double l2, const torch::Tensor& start, double tolerance) {
  const auto problems = start.size(0);
  const torch::Tensor& inverse = inverse_hessian(l2);
  const auto precondition = [&](const torch::Tensor& flat) {
    flops_ += 2.0 * static_cast<double>(problems * classes_ * columns() * columns());
    return torch::mm(flat.reshape({problems * classes_, columns()}), inverse).view({problems, -1});
  };
  BatchedLbfgsOptions options;
  options.tolerance = tolerance;
  return minimize_batched(start.reshape({problems, -1}), oracle, precondition, options)
      .x.view({problems, classes_, columns()});
}

torch::Tensor Logistic::fit(const torch::Tensor& targets, const torch::Tensor& row_weights, double l2,
                            const torch::Tensor& start, double tolerance) {
  const auto problems = row_weights.size(1);
  const torch::Tensor weights = row_weights.unsqueeze(2);  // [N, P, 1]
  const torch::Tensor wanted = targets.unsqueeze(1);       // [N, 1, K]
  const torch::Tensor penalty = penalties(l2);
  const auto oracle = [&](const torch::Tensor& flat) {
    const torch::Tensor x = flat.view({problems, classes_, columns()});
    const torch::Tensor log_p = log_probabilities(x);
    const torch::Tensor loss = -(log_p * wanted * weights).sum({0, 2});
    // d/dz of -sum_c t_c log p_c; targets of some objectives do not sum to 1.
    const torch::Tensor residual = ((log_p.exp() * wanted.sum(2, /*keepdim=*/true) - wanted) * weights)
                                       .view({rows(), problems * classes_});
    flops_ += 2.0 * static_cast<double>(rows() * columns() * problems * classes_);
    const torch::Tensor gradient = torch::mm(residual.t(), design_).view_as(x) + penalty * x;
    return ValueAndGradient{loss + (penalty * x * x).sum({1, 2}) / 2, gradient.view({problems, -1})};
  };
  return minimize(oracle, l2, start, tolerance);
}

torch::Tensor Logistic::fit(const RowLosses& losses, const torch::Tensor& targets,
                            const torch::Tensor& row_weights, double l2, const torch::Tensor& start,
                            double tolerance) {
  QL_CHECK(start.size(0) == 1, "one problem");
  const torch::Tensor weights = row_weights.squeeze(1), penalty = penalties(l2);
  const auto oracle = [&](const torch::Tensor& flat) {
    const torch::Tensor x = flat.view({classes_, columns()});
    flops_ += 4.0 * static_cast<double>(rows() * columns() * classes_);
    torch::Tensor logits = torch::mm(design_, x.t()), loss;
    {
      const torch::AutoGradMode gradients(true);
      logits = logits.detach().requires_grad_();
      loss = (losses(logits, targets) * weights).sum();
      loss.backward();
    }
    const torch::Tensor gradient = torch::mm(logits.grad().t(), design_) + penalty * x;
    const torch::Tensor value = loss.detach() + (penalty * x * x).sum() / 2;
    return ValueAndGradient{value.view({1}), gradient.view({1, -1})};
  };
  return minimize(oracle, l2, start, tolerance);
}

torch::Tensor Logistic::row_losses(const torch::Tensor& coefficients, const torch::Tensor& targets) {
  return -(log_probabilities(coefficients) * targets.unsqueeze(1)).sum(2);
}

torch::Tensor Logistic::probabilities(const torch::Tensor& coefficients) {
  return log_probabilities(coefficients.slice(0, 0, 1)).exp().squeeze(1);
}

}  // namespace qinglan
