#pragma once
// Labels made from labels or from predictions.

#include <cstdint>

#include "base/json.h"
#include "data/labels.h"
#include "record/predictions.h"

namespace qinglan {

// The same ids with p and abstentions permuted between rows by (seed, "shuffle"): labels that teach nothing
// but their mean.
WeakLabels shuffle_labels(const WeakLabels& labels, std::uint64_t seed);

// Predictions as labels: softmax of the logits, no abstentions.
WeakLabels labels_from(const Predictions& predictions, Json provenance);

// Rows whose p is uniform become abstentions, all others labels.
void mark_abstentions(WeakLabels& labels);

}  // namespace qinglan
