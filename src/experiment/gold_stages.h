#pragma once
// The stages of a method that are given true labels, and the budget that they make together.

#include <string>
#include <vector>

#include "base/json.h"
#include "experiment/spec.h"

namespace qinglan {

// The stage that trains on true labels, which stands last; null where there is none.
const StageSpec* stage_of_gold_targets(const MethodSpec& method);

// Where a stage's true labels lie. Stages that judge weak labels by them take them at random.
std::string gold_place_of(const StageSpec& stage);

// {"rows", "place", "smoothing"} of a method's true labels, null without any. A smaller budget's rows are
// among a larger one's (data/gold_rows.h), so the largest is all that is given. Throws Error{usage} where
// stages take rows of different places.
Json gold_budget_of(const MethodSpec& method);

}  // namespace qinglan
