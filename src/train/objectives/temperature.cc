#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Temperature : public Objective {
 public:
  explicit Temperature(double t) : t_(t) {}
  // softmax(log y / T); a class of probability 0 keeps it.
  Aim aim(const BatchView& batch) const override { return {torch::softmax(batch.weak.log() / t_, 1)}; }

 private:
  double t_;
};

}  // namespace

std::unique_ptr<Objective> make_temperature(const Json& parameters, std::int64_t) {
  return std::make_unique<Temperature>(number_of(parameters, "T"));
}

}  // namespace qinglan
