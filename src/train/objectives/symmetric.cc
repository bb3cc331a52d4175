#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Symmetric : public Objective {
 public:
  Symmetric(double alpha, double beta, double eps) : alpha_(alpha), beta_(beta), eps_(eps) {}

  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    return alpha_ * cross_entropy(logits, targets) +
           beta_ * reverse_cross_entropy(logits, floored(targets, eps_));
  }
  bool is_cross_entropy() const override { return false; }

 private:
  double alpha_, beta_, eps_;
};

}  // namespace

std::unique_ptr<Objective> make_symmetric(const Json& parameters, std::int64_t) {
  return std::make_unique<Symmetric>(number_of(parameters, "alpha"), number_of(parameters, "beta"),
                                     number_of(parameters, "eps"));
}

}  // namespace qinglan
