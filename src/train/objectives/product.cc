#include "train/objectives/all.h"

namespace qinglan {
namespace {

constexpr double kLeast = 1e-6;  // y = 0 would rule a class out whatever the student says

class Product : public Objective {
 public:
  Product(double alpha, Ramp beta) : alpha_(alpha), beta_(beta) {}

  bool needs_batch_forward(const Progress& now) const override { return beta_.at(now) > 0; }

  Aim aim(const BatchView& batch) const override {
    torch::Tensor log_target = batch.weak.clamp_min(kLeast).log() * alpha_;
    const double beta = beta_.at(batch.progress);
    if (beta > 0)
      log_target = log_target + batch.student.to(log_target.scalar_type()).clamp_min(kLeast).log() * beta;
    return {torch::softmax(log_target, 1)};
  }

 private:
  double alpha_;
  Ramp beta_;
};

}  // namespace

std::unique_ptr<Objective> make_product(const Json& parameters, std::int64_t) {
  return std::make_unique<Product>(number_of(parameters, "alpha"),
                                   Ramp{number_of(parameters, "beta"), number_of(parameters, "warmup")});
}

}  // namespace qinglan
