#pragma once
// "Answer these, send those to a person": what the student's confidence is good for.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// Gold rows: the claim's number of test rows, at most half of them, drawn once for all cells and seeds, one a
// group of related rows; what is reported is measured on rows of other groups. Each seed's student has its
// own threshold (metrics/risk_control.h, doubt .05); a seed without one answers nothing.
SelectiveUse audit_use(SeriesScores& scores, const Cell& cell);
SelectiveUse no_use(const Claim& claim, const std::string& why);

}  // namespace qinglan
