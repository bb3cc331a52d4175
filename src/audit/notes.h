#pragma once
// What a reader must know beside the verdict.

#include "audit/cell_scores.h"

namespace qinglan {

// About the run: unbalanced data, truncation, overlap, corpus, how ground truth was held back, unlike
// recipes.
std::vector<std::string> run_notes(const SeriesScores& scores);

// About one cell: gains that moving the threshold explains, a probe ceiling against a fine-tuned floor,
// supervisor shift (as judged), accuracy that misleads; combined annotators, an ensemble or a chain where the
// plain vote, a single supervisor or no chain does as well.
std::vector<std::string> cell_notes(SeriesScores& scores, const Cell& cell, const CellJudgement& judged);

}  // namespace qinglan
