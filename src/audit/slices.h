#pragma once
// Gain and inherited errors by slice: each class, and each property that the record names for its test items.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// Slices of at least 20 items; of a property with more values than 24, the 24 most frequent. In accuracy,
// whatever the claim's metric is: within a class no other can be had. The p values of all slices of the cell
// are one family.
std::vector<SliceReading> audit_slices(const SeriesScores& scores, const Cell& cell, std::string& why_none);

}  // namespace qinglan
