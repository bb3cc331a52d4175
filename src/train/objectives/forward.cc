#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Forward : public Objective {
 public:
  explicit Forward(double noise) : noise_(noise) {}

  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    // M^T p for a channel that is even off the diagonal: a mixture of p and the uniform distribution.
    const double off = noise_ / static_cast<double>(logits.size(1) - 1);
    const torch::Tensor heard = torch::softmax(logits, 1) * (1 - noise_ - off) + off;
    return -torch::xlogy(targets, heard).sum(1);
  }
  bool is_cross_entropy() const override { return noise_ == 0; }

 private:
  double noise_;
};

}  // namespace

std::unique_ptr<Objective> make_forward(const Json& parameters, std::int64_t) {
  return std::make_unique<Forward>(number_of(parameters, "noise"));
}

}  // namespace qinglan
