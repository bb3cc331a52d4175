#pragma once
// Methods against naive: the same supervisor, student and seeds, on the same test items.

#include <vector>

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// The naive cell (soft labels) that differs from this one in nothing but the method; null where there is
// none.
const Cell* naive_partner(const Record& record, const Cell& cell);

// On the declared metric; p values are not adjusted yet.
Comparison compare_with_naive(SeriesScores& scores, const Cell& cell);

// All that are defined are one family, but the primary one, which is a family of its own.
void adjust_for_all(const std::vector<Comparison*>& comparisons);

}  // namespace qinglan
