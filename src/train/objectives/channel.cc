#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Channel : public Objective {
 public:
  Channel(Ramp ramp, double strength) : ramp_(ramp), strength_(strength) {}

  bool needs_batch_forward(double progress) const override { return ramp_.at(progress) > 0; }

  Aim aim(const BatchView& batch) const override {
    const double a = ramp_.at(batch.progress);
    if (a <= 0) return {batch.weak};
    const torch::Tensor& y = batch.weak;
    const torch::Tensor p = batch.student.to(y.scalar_type());
    const torch::Tensor counts = torch::mm(p.t(), y) + strength_ * torch::eye(y.size(1), y.options());
    // A class that nobody has and no pseudo-counts hold says nothing: its row is even.
    const torch::Tensor least = torch::full({}, 1e-12, y.options());
    const torch::Tensor channel = (counts + least) / (counts + least).sum(1, /*keepdim=*/true);
    const torch::Tensor inferred =
        torch::softmax(p.clamp_min(1e-12).log() + torch::mm(y, channel.log().t()), 1);
    return {y * (1 - a) + inferred * a};
  }

 private:
  Ramp ramp_;
  double strength_;
};

}  // namespace

std::unique_ptr<Objective> make_channel(const Json& parameters, std::int64_t) {
  return std::make_unique<Channel>(Ramp::of(parameters), number_of(parameters, "strength"));
}

}  // namespace qinglan
