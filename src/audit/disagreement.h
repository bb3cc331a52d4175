#pragma once
// Single test items on which student and supervisor differ: what a reader looks at to see what was learned.

#include <cstdint>
#include <vector>

#include "audit/series_scores.h"

namespace qinglan {

struct Disagreement {
  std::size_t item = 0;            // index into Record::items
  std::int32_t supervisor = 0;     // class, in the first seed that differs
  std::int32_t student = 0;        // class, in that seed
  std::int64_t seeds = 0;          // how many differ
  double student_probability = 0;  // of its answer, mean over the seeds that differ
};

// Items by who was right: the student alone, the supervisor alone, neither.
struct Disagreements {
  std::vector<Disagreement> student_right, supervisor_right, neither;
};

// Of each at most `most`: those that differ in most seeds first, then the student's surest; where the
// supervisor said nothing it does not differ. All empty where answers are missing.
Disagreements disagreements(const SeriesScores& scores, const Cell& cell, std::size_t most);

}  // namespace qinglan
