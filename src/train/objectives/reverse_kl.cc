#include "train/objectives/all.h"

namespace qinglan {
namespace {

class ReverseKl : public Objective {
 public:
  explicit ReverseKl(double eps) : eps_(eps) {}
  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    return negative_entropy(logits) + reverse_cross_entropy(logits, floored(targets, eps_));
  }
  bool is_cross_entropy() const override { return false; }

 private:
  double eps_;
};

}  // namespace

std::unique_ptr<Objective> make_reverse_kl(const Json& parameters, std::int64_t) {
  return std::make_unique<ReverseKl>(number_of(parameters, "eps"));
}

}  // namespace qinglan
