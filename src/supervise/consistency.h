#pragma once
// What a model says of K statements of which exactly one is true, a statement a class. With P_k its own
// probability that statement k is true, the answer is what remains of independent ones when one alone may be
// true (METHODS M31, whose largest P(true) of a consistency group is this answer's class):
//   P(k) = P_k prod_{j != k} (1 - P_j) / sum_i P_i prod_{j != i} (1 - P_j) = softmax_k log(P_k / (1 - P_k))
// A leaning towards "true" that all statements of a row share falls out.

#include <vector>

#include "record/predictions.h"

namespace qinglan {

// `statements`: for each class, answers of the same rows to "false" and "true", in this order. Logits of the
// classes, [n, K].
Predictions made_consistent(const std::vector<Predictions>& statements);

}  // namespace qinglan
