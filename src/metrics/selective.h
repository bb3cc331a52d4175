#pragma once
// Answering only where the model is sure (selective prediction): items are taken from the surest down; ties
// are taken in random order, and what follows is the mean over it.

#include "metrics/score_row.h"

namespace qinglan {

// AURC: mean over k = 1..n of the share of wrong answers among the k surest (Geifman, Uziel & El-Yaniv 2019,
// arXiv 1805.08206). With R_k that share and r an item's rank, values are R_r + sum over k >= r of
// (wrong - R_k)/k: their mean is AURC, their scatter that of its influence function.
ScoreRow risk_coverage_row(std::span<const double> confidence, std::span<const double> right);

// [n] 1 for the ceil(share n) surest items, 0 for the rest; items tied at the border share what is left.
std::vector<double> surest(std::span<const double> confidence, double share);

}  // namespace qinglan
