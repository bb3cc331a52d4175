#pragma once
// Ground truth where it must not be (rule 1 of the verdict), and how surely it was kept away.

#include "audit/series_scores.h"

namespace qinglan {

// Uses of ground truth in the certificates of the cell's weak-to-strong students that its method does not
// declare, and train rows that stayed in training though they equal a test text.
std::vector<std::string> leaks_of(const SeriesScores& scores, const Cell& cell);

// Every weak-to-strong student of the record ran where the kernel held ground truth back.
bool enforced(const Record& record);

}  // namespace qinglan
