#pragma once
// The ways in which a gold budget is used beside weak labels (METHODS M18: a few true labels mixed in).

#include <string>
#include <vector>

#include "base/json.h"
#include "data/labels.h"

namespace qinglan {

// P(the weak label is right | its confidence max_c y_c) for every weak label, from those whose true label is
// known: a logistic curve in one variable with Platt's targets ((n+ + 1) / (n+ + 2) and 1 / (n- + 2); Platt
// 1999), so that it stays within (0, 1) when all of them are right, or wrong. -> [labels.size()].
// Throws Error{invalid_input} when none of the labelled rows is among `gold`.
std::vector<float> reliability(const WeakLabels& labels, const GoldRows& gold);

// `stage` spends gold (catalog/stage.h), `parameters` are its. Throws Error{usage} for another.
GoldUse gold_use(const std::string& stage, const Json& parameters, const WeakLabels& labels,
                 const GoldRows& gold);

}  // namespace qinglan
