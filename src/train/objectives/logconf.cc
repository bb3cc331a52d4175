#include "train/harden.h"
#include "train/objectives/all.h"
#include "train/prior.h"

namespace qinglan {
namespace {

// Cross-entropy is linear in its targets, so the two terms are one with mixed targets.
class Logconf : public OwnView {
 public:
  // `prior` as the spec says it.
  Logconf(Ramp ramp, Json prior) : OwnView(ramp), prior_(std::move(prior)) {}

 private:
  torch::Tensor own(const BatchView& batch) const override {
    return harden(batch.student, batch.hashes, resolve_prior(prior_, batch.prior));
  }

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
