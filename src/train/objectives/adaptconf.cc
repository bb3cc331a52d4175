#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Adaptconf : public Objective {
 public:
  Adaptconf(double tau, double sign) : tau_(tau), sign_(sign) {}

  bool needs_batch_forward(const Progress&) const override { return true; }

  Aim aim(const BatchView& batch) const override {
    const torch::Tensor p = batch.student.to(batch.weak.scalar_type());
    const torch::Tensor own = -p.amax(1).log(), supervisor = -(p * one_hot_argmax(batch.weak)).sum(1).log();
    const torch::Tensor a = torch::sigmoid((own - supervisor) * (sign_ / tau_)).unsqueeze(1);
    return {batch.weak * (1 - a) + one_hot_argmax(p) * a};
  }

 private:
  double tau_, sign_;
};

}  // namespace

std::unique_ptr<Objective> make_adaptconf(const Json& parameters, std::int64_t) {
  return std::make_unique<Adaptconf>(number_of(parameters, "tau"), number_of(parameters, "sign"));
}

}  // namespace qinglan
