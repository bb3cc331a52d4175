#pragma once
// Limited-memory BFGS (Liu & Nocedal 1989) for P independent smooth convex problems of one shape at once,
// fp64, with a preconditioner as the initial inverse Hessian and Armijo backtracking. No problem's path
// depends on the others.

#include <torch/torch.h>

#include <functional>

namespace qinglan {

struct BatchedLbfgsOptions {
  int max_iterations = 500;
  int history = 10;
  double tolerance = 1e-10;  // a problem is done when half its Newton decrement g.d / 2 is at most this
};

struct BatchedLbfgsResult {
  torch::Tensor x;      // [P, n]
  torch::Tensor value;  // [P]
  int iterations = 0;
  int evaluations = 0;
};

struct ValueAndGradient {
  torch::Tensor value, gradient;  // [P], [P, n]
};

// x0 [P, n] fp64. `precondition` maps [P, n] to [P, n], symmetric positive definite.
// Throws Error{diverged} when a value at x0 is not finite.
BatchedLbfgsResult minimize_batched(const torch::Tensor& x0,
                                    const std::function<ValueAndGradient(const torch::Tensor&)>& oracle,
                                    const std::function<torch::Tensor(const torch::Tensor&)>& precondition,
                                    const BatchedLbfgsOptions& options);

}  // namespace qinglan
