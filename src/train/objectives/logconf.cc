#include "train/harden.h"
#include "train/objectives/all.h"
#include "train/prior.h"

namespace qinglan {
namespace {

// Cross-entropy is linear in its targets, so the two terms are one with mixed targets.
class Logconf : public Objective {
 public:
  // `prior` as the spec says it.
  Logconf(Ramp ramp, Json prior) : ramp_(ramp), prior_(std::move(prior)) {}

  bool needs_batch_forward(double progress) const override { return ramp_.at(progress) > 0; }

  Aim aim(const BatchView& batch) const override {
    const double a = ramp_.at(batch.progress);
    if (a <= 0) return {batch.weak};
    const std::vector<double> prior = resolve_prior(prior_, batch.prior);
    const torch::Tensor hard = harden(batch.student, batch.hashes, prior).to(batch.weak.scalar_type());
    return {batch.weak * (1 - a) + hard * a};
  }

 private:
  Ramp ramp_;
  Json prior_;
};

}  // namespace

std::unique_ptr<Objective> make_logconf(const Json& parameters, std::int64_t classes) {
  const Json prior = get_field<Json>(parameters, "prior", "method.logconf");
  // Refuses it before training starts.
  resolve_prior(prior, std::vector<double>(static_cast<std::size_t>(classes)));
  return std::make_unique<Logconf>(Ramp::of(parameters), prior);
}

}  // namespace qinglan
