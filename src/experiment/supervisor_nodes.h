#pragma once
// The nodes of a supervisor: whatever it is, a model, a rule, an elicitation, errors on purpose.

#include <cstdint>
#include <string>

#include "experiment/learner.h"
#include "experiment/plan_draft.h"

namespace qinglan {

// The key of the node that holds the supervisor's answers to all rows. Throws Error{usage | invalid_input}:
// a rule's file that does not fit the data, more shown rows than there are.
std::string weak_floor(PlanDraft& draft, const Learner& supervisor, std::uint64_t seed);

}  // namespace qinglan
