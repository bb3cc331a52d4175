#include "base/error.h"
#include "train/objectives/all.h"

namespace qinglan {
namespace {

class Window : public Objective {
 public:
  // A radius below 0 stands for the labels' own median.
  explicit Window(double radius) : radius_(radius) {}

  bool needs_batch_forward(const Progress&) const override { return true; }

  Aim aim(const BatchView& batch) const override {
    const double radius = radius_ < 0 ? batch.median_margin : radius_;
    const double edge = 1.0 / static_cast<double>(batch.weak.size(1)) + radius;
    return {batch.weak, (batch.student.amax(1) < edge).to(batch.weak.scalar_type())};
  }

 private:
  double radius_;
};

}  // namespace

std::unique_ptr<Objective> make_window(const Json& parameters, std::int64_t) {
  const Json radius = get_field<Json>(parameters, "radius", "method.window");
  return std::make_unique<Window>(radius == "midweak" ? -1 : radius.get<double>());
}

}  // namespace qinglan
