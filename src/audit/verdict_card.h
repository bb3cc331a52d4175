#pragma once
// What is claimed, how sure it is, what would overturn it, what was not tested: one screen in words, each
// with the number that a reviewer can check.

#include "audit/evidence.h"
#include "audit/series_scores.h"

namespace qinglan {

// Of a cell whose scores, verdict and audits are in `judged`; `evidence` is what the verdict was decided on.
VerdictCard verdict_card(const SeriesScores& scores, const Cell& cell, const CellJudgement& judged,
                         const Evidence& evidence);

}  // namespace qinglan
