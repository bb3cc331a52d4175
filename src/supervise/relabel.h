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

// The same the other way: log p, where a p of 0 becomes the smallest normal float, so that a stored logit is
// finite.
Predictions predictions_from(const WeakLabels& labels);

// Rows whose p is uniform become abstentions, all others labels.
void mark_abstentions(WeakLabels& labels);

}  // namespace qinglan
