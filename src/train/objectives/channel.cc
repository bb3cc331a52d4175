#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Channel : public OwnView {
 public:
  Channel(Ramp ramp, double strength) : OwnView(ramp), strength_(strength) {}

 private:
  torch::Tensor own(const BatchView& batch) const override {
    const torch::Tensor& y = batch.weak;
    const torch::Tensor p = batch.student.to(y.scalar_type());
    const torch::Tensor counts = torch::mm(p.t(), y) + strength_ * torch::eye(y.size(1), y.options());
    // A class that nobody has and no pseudo-counts hold says nothing: its row is even.
    const torch::Tensor least = torch::full({}, 1e-12, y.options());
    const torch::Tensor channel = (counts + least) / (counts + least).sum(1, /*keepdim=*/true);
    return torch::softmax(p.clamp_min(1e-12).log() + torch::mm(y, channel.log().t()), 1);
  }

  double strength_;
};

}  // namespace

std::unique_ptr<Objective> make_channel(const Json& parameters, std::int64_t) {
  return std::make_unique<Channel>(ramp_of(parameters), number_of(parameters, "strength"));
}

}  // namespace qinglan
