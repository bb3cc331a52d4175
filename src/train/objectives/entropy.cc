#include "train/objectives/all.h"

namespace qinglan {
namespace {

// The weight of the row's entropy changes over training, so it rides in the targets: their sum is 1 - a.
class Entropy : public Objective {
 public:
  explicit Entropy(Ramp ramp) : ramp_(ramp) {}

  Aim aim(const BatchView& batch) const override { return {batch.weak * (1 - ramp_.at(batch.progress))}; }

  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    return cross_entropy(logits, targets) - (1 - targets.sum(1)) * negative_entropy(logits);
  }

  bool is_cross_entropy() const override { return ramp_.most == 0; }

 private:
  Ramp ramp_;
};

}  // namespace

std::unique_ptr<Objective> make_entropy(const Json& parameters, std::int64_t) {
  return std::make_unique<Entropy>(ramp_of(parameters));
}

}  // namespace qinglan
