#pragma once
// Supervisor shift: is the supervisor as good on the transfer set as on test?

#include "audit/series_scores.h"

namespace qinglan {

// acc(weak, transfer) - acc(weak, test). A and B as in the crossed interval; the transfer set is known by its
// counts, so its share of B is p(1-p)/m at the size m of one half (a little too wide: seeds draw different
// halves).
Estimate supervisor_shift(SeriesScores& scores, const Cell& cell);

// |shift| > .03 with an interval off 0.
bool is_shifted(const Estimate& shift);

}  // namespace qinglan
