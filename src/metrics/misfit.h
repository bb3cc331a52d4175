#pragma once
// How far the student moved from its supervisor, without any ground truth: what misfit theory bounds the gain
// by.

#include <span>
#include <vector>

namespace qinglan {

struct Misfit {
  std::vector<double> squared;  // [n] sum over classes of (p_student - p_weak)^2
  std::vector<double> bregman;  // [n] KL(p_student || p_weak), nats
};

// weak, student: logits [n, K]. Softmax in fp64.
Misfit misfit(std::span<const float> weak, std::span<const float> student, std::size_t classes);

}  // namespace qinglan
