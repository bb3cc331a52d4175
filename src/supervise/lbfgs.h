#pragma once
// Limited-memory BFGS in fp64 (Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5)
// with a bisecting search for a step that meets the weak Wolfe conditions (c1 = 1e-4, c2 = 0.9).
// Deterministic, one thread.

#include <functional>
#include <vector>

namespace qinglan {

struct LbfgsConfig {
  int max_iterations = 200;
  int memory = 10;          // pairs kept
  double tolerance = 1e-7;  // ends when no element of the gradient is larger in size
};

struct LbfgsResult {
  std::vector<double> x;
  double value = 0;
  int iterations = 0;
  bool converged = false;  // else the iterations were used up, or rounding lets no step improve
};

// Returns f(x) and fills the gradient, which has the size of x.
using SmoothFunction = std::function<double(const std::vector<double>& x, std::vector<double>& gradient)>;

// Throws Error{diverged} when f is not finite at `start`.
LbfgsResult minimize_lbfgs(const SmoothFunction& objective, std::vector<double> start,
                           const LbfgsConfig& config = {});

}  // namespace qinglan
