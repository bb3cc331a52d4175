#pragma once
// The nodes of a student: the labels that reach it, the true labels that its method spends, and its fits.

#include <cstdint>
#include <string>

#include "experiment/learner.h"
#include "experiment/plan_draft.h"

namespace qinglan {

MethodSpec naive_spec();

// What a teacher, the supervisor or a student of a chain, says of the transfer half.
std::string weak_labels(PlanDraft& draft, const std::string& floor, std::uint64_t seed, bool shuffled);

// What a student starts from: its model's pretrained weights, unless.
struct Start {
  bool random = false;    // the model's shape alone
  std::string weights{};  // key of a node that kept some; empty: none
};

// A student of a method, from its teacher's own labels.
std::string taught(PlanDraft& draft, const char* kind, const Learner& student, const std::string& raw_labels,
                   std::uint64_t seed, const MethodSpec& method, const std::string& what,
                   const Start& start = {});

// The same recipe on the true labels of the same rows.
std::string ceiling(PlanDraft& draft, const Learner& student, std::uint64_t seed);

}  // namespace qinglan
