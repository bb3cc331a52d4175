#pragma once
// What a run claims, settled and kept before anything is trained or scored.

#include "data/dataset.h"
#include "experiment/plan.h"
#include "store/store.h"

namespace qinglan {

// The id of the one cell that `name` is, or that holds it; empty for an empty name. Throws Error{usage}.
std::string primary_cell(const std::vector<Cell>& cells, const std::string& name);

// Metric "auto" becomes balanced accuracy where a class has more than 55% of train (unless that is balanced
// by dropping rows) or of test, else accuracy.
Claim claim_of(const Spec& spec, const Plan& plan, const DatasetFacts& facts, const std::string& run);

// Writes claims/<data key>/<run>.json in the store unless it is there already; how many runs have claimed
// something about this data set's test rows, this one among them.
std::int64_t seal_claim(Store& store, const std::string& data_key, const std::string& run,
                        const Claim& claim);

}  // namespace qinglan
