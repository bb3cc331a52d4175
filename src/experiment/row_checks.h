#pragma once
// What the number of rows rules out, refused before any work starts. `half` is that of the transfer half.

#include <cstdint>
#include <string>

#include "experiment/learner.h"
#include "experiment/spec.h"

namespace qinglan {

// Throws Error{usage} for more neighbours than a half has rows.
void check_neighbours(const StageSpec& stage, std::int64_t half);

// Throws Error{usage}: a stage that looks for a word was told none, or more than one.
void check_word(const StageSpec& stage);

// Orders of full batches alone make no step of fewer rows than a batch takes: Error{usage}.
void check_order(const Learner& learner, const std::string& role, std::int64_t half);

}  // namespace qinglan
