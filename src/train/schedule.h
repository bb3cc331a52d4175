#pragma once
// Learning-rate schedules, as factors of the peak rate.

#include <cstdint>
#include <string>

namespace qinglan {

class Schedule {
 public:
  enum class Shape { linear, cosine, constant };

  // W = round(warmup * total) steps rise linearly, (step + 1) / W; then, with x = (step - W) / (total - W):
  // linear 1 - x, cosine (1 + cos(pi x)) / 2, constant 1. Throws Error{usage} for a warm-up outside [0, 1].
  Schedule(Shape shape, double warmup, std::int64_t total);

  // step in [0, total); the first step has a rate above 0.
  double factor(std::int64_t step) const;

  // "linear", "cosine", "constant"; throws Error{usage} that lists them.
  static Shape shape_named(const std::string& name);

 private:
  Shape shape_;
  std::int64_t warm_, total_;
};

}  // namespace qinglan
