#include "train/objectives/all.h"

namespace qinglan {
namespace {

// Targets are [y | a h]: the label's part and the weighted argmax, which are scored at different
// temperatures.
class Augconf : public Objective {
 public:
  Augconf(Ramp ramp, double t) : ramp_(ramp), t_(t) {}

  bool needs_batch_forward(const Progress& now) const override { return ramp_.at(now) > 0; }

  Aim aim(const BatchView& batch) const override {
    const double a = ramp_.at(batch.progress);
    const torch::Tensor soft = torch::softmax(batch.weak.log() / t_, 1) * (1 - a);
    const torch::Tensor hard =
        a > 0 ? one_hot_argmax(batch.student).to(soft.scalar_type()) * a : torch::zeros_like(soft);
    if (is_cross_entropy()) return {soft + hard};
    return {torch::cat({soft, hard}, 1)};
  }

  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    if (is_cross_entropy()) return cross_entropy(logits, targets);
    const auto classes = logits.size(1);
    const torch::Tensor soft = targets.slice(1, 0, classes), hard = targets.slice(1, classes);
    // (1 - a) KL(y || p) = sum t log t - t log p - (1 - a) log (1 - a) with t = (1 - a) y.
    const torch::Tensor share = soft.sum(1);
    const torch::Tensor distance =
        torch::xlogy(soft, soft).sum(1) - torch::xlogy(share, share) + cross_entropy(logits / t_, soft);
    return t_ * t_ * distance + cross_entropy(logits, hard);
  }

  bool is_cross_entropy() const override { return t_ == 1; }

 private:
  Ramp ramp_;
  double t_;
};

}  // namespace

std::unique_ptr<Objective> make_augconf(const Json& parameters, std::int64_t) {
  return std::make_unique<Augconf>(ramp_of(parameters), number_of(parameters, "T"));
}

}  // namespace qinglan
