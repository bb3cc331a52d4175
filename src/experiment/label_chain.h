#pragma once
// The labels that a student learned from, back to its supervisor: which stages changed them, and how.

#include <string>
#include <vector>

#include "data/dataset.h"
#include "experiment/plan.h"
#include "store/store.h"

namespace qinglan {

// The key of the supervisor's own labels of the whole transfer half, from the key of labels that stages may
// have made of them.
std::string raw_labels(const Plan& plan, std::string labels);

// The same back to the key of the cell's supervisor's own labels, behind all students of a chain.
std::string supervisor_labels(const Plan& plan, std::string labels);

// What each stage before `labels` did, in the order in which they were applied; empty without stages. All of
// them must be in the store.
std::vector<LabelStage> label_stages(const Plan& plan, const Store& store, const std::string& labels,
                                     const GroundTruth& truth);

}  // namespace qinglan
