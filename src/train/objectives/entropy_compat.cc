#include "train/objectives/all.h"

namespace qinglan {
namespace {

class EntropyCompat : public Objective {
 public:
  explicit EntropyCompat(Ramp ramp) : ramp_(ramp) {}

  bool needs_batch_forward(double progress) const override { return ramp_.at(progress) > 0; }

  Aim aim(const BatchView& batch) const override {
    const double a = ramp_.at(batch.progress);
    if (a <= 0) return {batch.weak};
    return {batch.weak * (1 - a) + batch.student.to(batch.weak.scalar_type()) * a};
  }

 private:
  Ramp ramp_;
};

}  // namespace

std::unique_ptr<Objective> make_entropy_compat(const Json& parameters, std::int64_t) {
  return std::make_unique<EntropyCompat>(Ramp::of(parameters));
}

}  // namespace qinglan
