#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Cace : public Objective {
 public:
  Cace(double margin, double eps) : margin_(margin), eps_(eps) {}

  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    const torch::Tensor sure = targets.amax(1) - 1.0 / static_cast<double>(targets.size(1)) >= margin_;
    return torch::where(sure, cross_entropy(logits, targets),
                        reverse_cross_entropy(logits, floored(targets, eps_)));
  }
  bool is_cross_entropy() const override { return false; }

 private:
  double margin_, eps_;
};

}  // namespace

std::unique_ptr<Objective> make_cace(const Json& parameters, std::int64_t) {
  return std::make_unique<Cace>(number_of(parameters, "margin"), number_of(parameters, "eps"));
}

}  // namespace qinglan
