#pragma once
// How sure a model was of each answer, beside whether it was right: what calibration and selective use are
// made of.

#include "metrics/score_row.h"

namespace qinglan {

struct Confidences {
  std::vector<double> top;    // [n] largest softmax probability; 1/K where nothing was said
  std::vector<double> right;  // [n] 1 right, 0 wrong, 1/K where nothing was said
  std::vector<double> nll;    // [n] -log p of the true class, nats
  std::vector<double> brier;  // [n] sum over classes of (p - [the true class])^2, 0 to 2
};

// Softmax of logits / temperature, in fp64 and stable: no logit gives an infinite loss.
Confidences confidences(const Answers& answers, std::span<const std::int32_t> truth, double temperature = 1);

}  // namespace qinglan
