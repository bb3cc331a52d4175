#pragma once
// A chain of students, each taught by the labels of the one before it: what every one of them scores, so that
// one sees where the chain helps.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// In the chain's order, the cell's own student last; empty without a chain.
std::vector<ChainStep> chain_steps(SeriesScores& scores, const Cell& cell, const std::string& metric);

// A sentence for each student that is smaller than the one that teaches it.
std::vector<std::string> shrinking_links(const Cell& cell);

}  // namespace qinglan
