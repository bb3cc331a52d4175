#pragma once
// Students that start locked: taught to hide what they can before they see a weak label (METHODS T38).

#include <cstdint>
#include <string>

#include "experiment/learner.h"
#include "experiment/plan_draft.h"

namespace qinglan {

// Why no such student can be made; empty where it can.
std::string lock_impossible(const LearnerSpec& student);

// The key of the node whose weights a student of this method starts from; empty where the method says
// nothing of that. Half as many rows as the transfer half has are taught, twice each: those of this seed's
// supervision half on which the next seed's supervisor was not trained. Throws Error{usage}: what
// lock_impossible() says, no word, a text without a column to put it into.
std::string locked_start(PlanDraft& draft, const Learner& supervisor, const Learner& student,
                         const MethodSpec& method, std::uint64_t seed);

// True labels that a student of the method has seen by then, at most.
std::int64_t locking_budget(const PlanDraft& draft);

}  // namespace qinglan
