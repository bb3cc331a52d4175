#pragma once
// Plots of what changes over training: the learning rate, and the weight that a method gives to the student's
// own view. They are drawn from the formulas that the trainer uses (catalog/schedule.h, catalog/ramp.h).

#include <cstdint>
#include <string>

#include "base/json.h"

namespace qinglan {

// The rate as a share of its peak. `recipe`: schedule, warmup, warmup_steps, ramp; absent ones have our
// defaults.
std::string rate_plot(const Json& recipe, std::int64_t steps);
// Of a method's parameters: alpha (or beta), warmup, warmup_steps, jump.
std::string weight_plot(const Json& parameters, std::int64_t steps);
// Both, the second of logconf with what `logconf` sets of it.
std::string schedules_text(const Json& recipe, const Json& logconf, std::int64_t steps);

}  // namespace qinglan
