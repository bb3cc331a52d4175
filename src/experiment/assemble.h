#pragma once
// Node results -> the record of a run. Nothing is trained here: a record can always be made again from the
// store.

#include <map>
#include <string>

#include "experiment/executor.h"
#include "experiment/plan.h"
#include "experiment/spec.h"
#include "record/record.h"
#include "store/store.h"

namespace qinglan {

Record assemble(const Spec& spec, const Plan& plan, const PlannedData& data, Store& store,
                const std::map<std::string, NodeOutcome>& outcomes);

// The bias [2] that makes the share of class-1 decisions on `logits` [n, 2] equal `prior` as nearly as ties
// allow: the prior-matched threshold. Empty for other than two classes.
std::vector<float> matched_bias(const std::vector<float>& logits, const std::vector<double>& prior);

}  // namespace qinglan
