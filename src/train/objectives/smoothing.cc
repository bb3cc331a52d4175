#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Smoothing : public Objective {
 public:
  explicit Smoothing(double eps) : eps_(eps) {}
  Aim aim(const BatchView& batch) const override { return {floored(batch.weak, eps_)}; }

 private:
  double eps_;
};

}  // namespace

std::unique_ptr<Objective> make_smoothing(const Json& parameters, std::int64_t) {
  return std::make_unique<Smoothing>(number_of(parameters, "eps"));
}

}  // namespace qinglan
