#pragma once
// What of a student was chosen on rows held out of training: settings, the epoch (experiment/job.h,
// "selection").

#include <string>

#include "audit/series_scores.h"

namespace qinglan {

// What was chosen for the cell's students and ceilings, seed by seed, and by how many labels; empty where
// nothing was. Throws Error{corrupt_data | invalid_input} for a certificate that is none.
std::string selection_note(const SeriesScores& scores, const Cell& cell);

}  // namespace qinglan
