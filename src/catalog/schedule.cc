#include "catalog/schedule.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace qinglan {

Schedule::Schedule(Shape shape, const Warmup& warmup, std::int64_t total)
    : shape_(shape), total_(total), from_zero_(warmup.from_zero) {
  if (!(warmup.share >= 0 && warmup.share <= 1))
    throw Error(ErrorKind::usage, "warmup").expected("0 .. 1").found(std::to_string(warmup.share));
  warm_ = warmup.steps > 0 ? warmup.steps : std::llround(warmup.share * static_cast<double>(total));
}

double Schedule::factor(std::int64_t step) const {
  QL_CHECK(step >= 0 && step < total_, "a step outside the schedule");
  if (step < warm_) return static_cast<double>(from_zero_ ? step : step + 1) / static_cast<double>(warm_);
  const double x = static_cast<double>(step - warm_) / static_cast<double>(total_ - warm_);
  switch (shape_) {
    case Shape::linear:
      return 1 - x;
    case Shape::cosine:
      return (1 + std::cos(std::numbers::pi * x)) / 2;
    case Shape::constant:
      break;
  }
  return 1;
}

Schedule::Shape Schedule::shape_named(const std::string& name) {
  if (name == "linear") return Shape::linear;
  if (name == "cosine") return Shape::cosine;
  if (name == "constant") return Shape::constant;
  throw Error(ErrorKind::usage, "no such schedule").expected("linear, cosine or constant").found(name);
}

}  // namespace qinglan
