#include "train/batched_lbfgs.h"

#include <deque>

#include "base/error.h"

namespace qinglan {
namespace {

torch::Tensor row_dots(const torch::Tensor& a, const torch::Tensor& b) {
  return (a * b).sum(1, /*keepdim=*/true);
}

struct Pair {
  torch::Tensor s, y, rho;  // [P, n], [P, n], [P, 1]; rho 0 where the pair holds no curvature
};

torch::Tensor direction(const std::deque<Pair>& history, const torch::Tensor& gradient,
                        const std::function<torch::Tensor(const torch::Tensor&)>& precondition) {
  torch::Tensor q = gradient.clone();
  std::vector<torch::Tensor> alpha(history.size());
  for (std::size_t i = history.size(); i-- > 0;) {
    alpha[i] = history[i].rho * row_dots(history[i].s, q);
    q -= alpha[i] * history[i].y;
  }
  q = precondition(q);
  for (std::size_t i = 0; i < history.size(); ++i) {
    const torch::Tensor beta = history[i].rho * row_dots(history[i].y, q);
    q += (alpha[i] - beta) * history[i].s;
  }
  return -q;
}

}  // namespace

BatchedLbfgsResult minimize_batched(const torch::Tensor& x0,
                                    const std::function<ValueAndGradient(const torch::Tensor&)>& oracle,
                                    const std::function<torch::Tensor(const torch::Tensor&)>& precondition,
                                    const BatchedLbfgsOptions& options) {
  torch::NoGradGuard no_grad;
  constexpr double kArmijo = 1e-4;
  constexpr int kHalvings = 30;
  BatchedLbfgsResult result{x0.clone()};
  ValueAndGradient now = oracle(result.x);
  result.evaluations = 1;
  if (!now.value.isfinite().all().item<bool>())
    throw Error(ErrorKind::diverged, "the objective of a logistic fit is not finite at its start");
  std::deque<Pair> history;
  torch::Tensor active = torch::ones({x0.size(0), 1}, torch::kBool);
  for (; result.iterations < options.max_iterations; ++result.iterations) {
    torch::Tensor d = direction(history, now.gradient, precondition);
    torch::Tensor slope = row_dots(now.gradient, d);
    active = active & (slope < -2 * options.tolerance);
    if (!active.any().item<bool>()) break;
    d = torch::where(active, d, torch::zeros_like(d));
    torch::Tensor step = torch::ones_like(slope);
    ValueAndGradient next;
    torch::Tensor accepted;
    for (int halving = 0; halving < kHalvings; ++halving) {
      next = oracle(result.x + step * d);
      ++result.evaluations;
      accepted = next.value.unsqueeze(1) <= now.value.unsqueeze(1) + kArmijo * step * slope;
      accepted = accepted | ~active;
      if (accepted.all().item<bool>()) break;
      step = torch::where(accepted, step, step / 2);
    }
    // No step goes down any more: rounding is reached, the problem stays where it is.
    active = active & accepted;
    if (!active.any().item<bool>()) break;
    const torch::Tensor s = torch::where(active, step * d, torch::zeros_like(d));
    const torch::Tensor y = torch::where(active, next.gradient - now.gradient, torch::zeros_like(d));
    const torch::Tensor curvature = row_dots(s, y);
    const torch::Tensor usable = curvature > 1e-14 * (s.norm(2, 1, true) * y.norm(2, 1, true));
    const torch::Tensor rho = torch::where(usable, 1 / curvature, torch::zeros_like(curvature));
    history.push_back({s, y, rho});
    if (static_cast<int>(history.size()) > options.history) history.pop_front();
    result.x = result.x + s;
    now.value = torch::where(active.squeeze(1), next.value, now.value);
    now.gradient = torch::where(active, next.gradient, now.gradient);
  }
  result.value = now.value;
  return result;
}

}  // namespace qinglan
