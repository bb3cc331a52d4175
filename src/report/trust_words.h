#pragma once
// What the audits of one cell found, as lines for people. Nothing where nothing was measured.

#include <string>
#include <vector>

#include "audit/judgement.h"

namespace qinglan {

// Which of the supervisor's errors were learned.
std::vector<std::string> inheritance_lines(const CellJudgement& judged);
// What training on did from the first evaluated checkpoint to the last.
std::vector<std::string> learning_lines(const CellJudgement& judged);
// Stated probabilities against what came true, and what a temperature would mend.
std::vector<std::string> calibration_lines(const CellJudgement& judged);
// "answers 81.0% [78.2, 83.8] of the rows, 7.1% [5.5, 8.7] of them wrongly, and sends 19.0% to a person ..."
std::vector<std::string> use_lines(const CellJudgement& judged);
// What is noise here, what could have been found, and the tests that assume less than the interval.
std::vector<std::string> power_lines(const CellJudgement& judged);
// What misfit foretold without labels, what came, and which preconditions of the theorems fail.
std::vector<std::string> forecast_lines(const CellJudgement& judged);
// Slices whose gain is off 0 when all are judged together, and how many were looked at.
std::vector<std::string> slice_lines(const CellJudgement& judged);

}  // namespace qinglan
