#pragma once
// Methods against naive: the same supervisor, student and seeds, on the same test items.

#include <vector>

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// The naive cell (soft labels) that differs from this one in nothing but the method; null where there is
// none.
const Cell* naive_partner(const Record& record, const Cell& cell);

// One a cell, on the declared metric; the p values of all that are defined are one family, but for that of
// the cell that the claim names as primary, which stands by itself.
std::vector<Comparison> compare_with_naive(SeriesScores& scores);

}  // namespace qinglan
