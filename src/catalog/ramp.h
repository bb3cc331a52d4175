#pragma once
// The weight that a method gives to its own view of a row (or another of its numbers), which grows from 0.

#include <cstdint>

namespace qinglan {

// How far training is.
struct Progress {
  Progress(double share = 0, std::int64_t step = 0) : share(share), step(step) {}

  double share;       // in [0, 1): of all steps that are done
  std::int64_t step;  // steps that are done
};

struct Ramp {
  double most;
  double warmup;           // share of all steps over which the weight grows
  std::int64_t steps = 0;  // above 0: it grows over so many, in place of the share
  // As openai/weak-to-strong has it: most * share up to `warmup`, then most at once (its pull request 33).
  bool jump = false;

  double at(const Progress& now) const {
    if (steps > 0)
      return now.step >= steps ? most : most * static_cast<double>(now.step) / static_cast<double>(steps);
    if (jump) return now.share > warmup ? most : most * now.share;
    return now.share >= warmup ? most : most * now.share / warmup;
  }
};

}  // namespace qinglan
