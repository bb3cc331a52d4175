#pragma once
// Stated probabilities against what came true, in bins: the points of a calibration plot.

#include <cstdint>
#include <string>
#include <vector>

#include "audit/series_scores.h"
#include "metrics/estimate.h"

namespace qinglan {

struct ReliabilityBin {
  double confidence = 0;     // mean probability stated for the class answered
  Estimate accuracy;         // of these answers
  std::int64_t answers = 0;  // test items of all seeds
};

// Bins of about equally many answers, least sure first, equal probabilities in one bin; at most `most`.
// Empty where a name is empty or a series is not done.
std::vector<ReliabilityBin> reliability(const SeriesScores& scores, const std::vector<std::string>& names,
                                        std::size_t most = 8);

}  // namespace qinglan
