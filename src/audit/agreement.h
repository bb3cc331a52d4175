#pragma once
// Who answers as whom on the test items: shares for each two of them, and which answers meet which.

#include <cstdint>
#include <string>
#include <vector>

#include "audit/series_scores.h"
#include "metrics/estimate.h"

namespace qinglan {

struct Agreement {  // of two of "ground truth", "weak_floor", "weak_to_strong", "strong_ceiling"
  std::string first, second;
  Estimate same;  // P(equal answers); an abstention agrees with 1/K of anything
};

// Answers of supervisor and student that met, over all seeds; class -1: the supervisor said nothing.
struct AnswerPair {
  std::int32_t supervisor = 0, student = 0;
  std::int64_t answers = 0;
  std::int64_t supervisor_right = 0, student_right = 0;  // of those
};

// Each two of those that the cell has.
std::vector<Agreement> agreements(const SeriesScores& scores, const Cell& cell);
// Most frequent first. Empty where a seed lacks its supervisor's or student's answers.
std::vector<AnswerPair> answer_pairs(const SeriesScores& scores, const Cell& cell);

}  // namespace qinglan
