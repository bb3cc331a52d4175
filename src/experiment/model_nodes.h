#pragma once
// The nodes that one model makes: passes of it untrained over all rows, its zero-shot answers, and fits.

#include <cstdint>
#include <string>

#include "experiment/learner.h"
#include "experiment/plan_draft.h"

namespace qinglan {

// A pass of the untrained model over all rows; the key of its node.
std::string frozen_pass(PlanDraft& draft, const char* kind, const std::string& what, const Json& params,
                        const Learner& learner, bool random_init);

// What a probe of the learner's starts from.
std::string features(PlanDraft& draft, const Learner& learner, bool random_init);

// What a stage compares rows by: of a decoder the last token's state, of an encoder the mean, behind a
// share of the student's blocks.
std::string stage_features(PlanDraft& draft, const Learner& student, double depth);

// Zero-shot answers: as a control, of the test rows; as a supervisor (`kind`), of all.
Node zero_shot(const PlanDraft& draft, const Learner& learner, const char* kind);

// What a fit is keyed by, whoever's labels it learns from: those are for the caller to add. `rows` names the
// rows that it trains on.
Node fit(PlanDraft& draft, const char* kind, const Learner& learner, const char* rows, std::uint64_t seed,
         const MethodSpec& method, bool random_init = false);

}  // namespace qinglan
