#pragma once
// Learning-rate schedules, as factors of the peak rate.

#include <cstdint>
#include <string>

namespace qinglan {

// How a rate rises at first.
struct Warmup {
  Warmup(double share = 0, std::int64_t steps = 0, bool from_zero = false)
      : share(share), steps(steps), from_zero(from_zero) {}

  double share;        // of all steps
  std::int64_t steps;  // above 0: so many, in place of the share
  bool from_zero;      // the first step has no rate, as in transformers: step / W for (step + 1) / W
};

class Schedule {
 public:
  enum class Shape { linear, cosine, constant };

  // W = round(share * total) steps, or as many as are told, rise linearly, (step + 1) / W; then, with x =
  // (step
  // - W) / (total - W): linear 1 - x, cosine (1 + cos(pi x)) / 2, constant 1. Throws Error{usage} for a share
  // outside [0, 1].
  Schedule(Shape shape, const Warmup& warmup, std::int64_t total);

  // step in [0, total); the first step has a rate above 0 unless the warm-up starts from it.
  double factor(std::int64_t step) const;

  // "linear", "cosine", "constant"; throws Error{usage} that lists them.
  static Shape shape_named(const std::string& name);

 private:
  Shape shape_;
  std::int64_t warm_, total_;
  bool from_zero_;
};

}  // namespace qinglan
