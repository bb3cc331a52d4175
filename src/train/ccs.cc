#include "train/ccs.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "train/adamw.h"

namespace qinglan {
namespace {

constexpr std::int64_t kTell = 50;  // epochs between two words of progress

torch::Tensor scores(const torch::Tensor& side, const CcsDirections& at) {
  return torch::addmm(at.bias, side, at.weight.t());  // [N, R]
}

// Gradients of directions whose norm is larger than `clip` are shortened to it, each for itself.
void clip_each(CcsDirections& gradient, double clip) {
  if (clip == 0) return;
  const torch::Tensor norm = (gradient.weight.square().sum(1) + gradient.bias.square()).sqrt();
  const torch::Tensor factor = torch::clamp_max(clip / (norm + 1e-6), 1);
  gradient.weight.mul_(factor.unsqueeze(1));
  gradient.bias.mul_(factor);
}

CcsDirections draw_starts(std::int64_t restarts, std::int64_t width, std::uint64_t seed) {
  torch::Tensor weight = torch::empty({restarts, width}, torch::kFloat64);
  for (std::int64_t r = 0; r < restarts; ++r) {
    Random random(seed, "ccs", static_cast<std::uint64_t>(r));
    for (std::int64_t d = 0; d < width; ++d) weight.data_ptr<double>()[r * width + d] = random.normal();
  }
  weight /= weight.norm(2, /*dim=*/1, /*keepdim=*/true);
  return {weight.to(torch::kFloat32), torch::zeros({restarts}, torch::kFloat32)};
}

}  // namespace

CcsValue ccs_value(const ContrastPairs& pairs, const CcsDirections& at) {
  const torch::Tensor first = torch::sigmoid(scores(pairs.first, at)),
                      second = torch::sigmoid(scores(pairs.second, at));
  const torch::Tensor excess = first + second - 1, least = torch::minimum(first, second);
  const torch::Tensor lower = (torch::sign(second - first) + 1) / 2;  // 1 where the first is, 1/2 at a tie
  const double slope = 2.0 / static_cast<double>(pairs.rows());
  const torch::Tensor by_first = slope * (excess + least * lower) * first * (1 - first),
                      by_second = slope * (excess + least * (1 - lower)) * second * (1 - second);
  return {
      (excess.square() + least.square()).mean(0),
      {by_first.t().mm(pairs.first) + by_second.t().mm(pairs.second), by_first.sum(0) + by_second.sum(0)}};
}

CcsDirections minimize_ccs(const CcsLoss& loss, const CcsDirections& start, const CcsOptions& options,
                           const RunHooks& hooks) {
  const torch::NoGradGuard no_gradients;
  const CcsDirections at{start.weight.clone(), start.bias.clone()};
  AdamW optimizer({{"weight", at.weight}, {"bias", at.bias}}, {.weight_decay = options.weight_decay});
  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    CcsValue value = loss(at);
    clip_each(value.gradient, options.clip);
    optimizer.step({value.gradient.weight, value.gradient.bias}, options.lr);
    if (epoch % kTell) continue;
    check_stop(hooks);
    if (hooks.progress) hooks.progress(epoch, options.epochs, value.loss.min().item<double>());
  }
  return at;
}

torch::Tensor ccs_answer(const ContrastPairs& pairs, const CcsDirections& direction) {
  const torch::NoGradGuard no_gradients;
  const auto half_sum = [](const torch::Tensor& a, const torch::Tensor& b) {
    return torch::logaddexp(torch::log_sigmoid(a), torch::log_sigmoid(b)) - std::log(2.0);
  };
  const torch::Tensor first = scores(pairs.first, direction).squeeze(1).to(torch::kFloat64),
                      second = scores(pairs.second, direction).squeeze(1).to(torch::kFloat64);
  return torch::stack({half_sum(first, -second), half_sum(second, -first)}, 1);
}

Ccs Ccs::fit(const ContrastPairs& pairs, const CcsOptions& options, std::uint64_t seed,
             const RunHooks& hooks) {
  return fit([&](const CcsDirections& at) { return ccs_value(pairs, at); }, pairs.width(), options, seed,
             hooks);
}

Ccs Ccs::fit(const CcsLoss& loss, std::int64_t width, const CcsOptions& options, std::uint64_t seed,
             const RunHooks& hooks) {
  const torch::NoGradGuard no_gradients;
  const CcsDirections ends = minimize_ccs(loss, draw_starts(options.restarts, width, seed), options, hooks);
  const torch::Tensor losses = loss(ends).loss.to(torch::kFloat64).contiguous();
  Ccs ccs;
  ccs.losses_.assign(losses.data_ptr<double>(), losses.data_ptr<double>() + losses.numel());
  const auto best = std::min_element(ccs.losses_.begin(), ccs.losses_.end()) - ccs.losses_.begin();
  ccs.kept_ = {ends.weight.slice(0, best, best + 1), ends.bias.slice(0, best, best + 1)};
  return ccs;
}

double Ccs::loss() const { return *std::min_element(losses_.begin(), losses_.end()); }

}  // namespace qinglan
