#pragma once
// How far stated probabilities can be trusted, as rows of scores.

#include <string>

#include "metrics/confidence.h"

namespace qinglan {

// Losses in nats and squares, expected calibration error, mean confidence - accuracy.
inline constexpr const char* kCertainties[] = {"nll", "brier", "calibration_error", "over_confidence"};

// One of kCertainties.
ScoreRow certainty_row(const Confidences& sure, const std::string& what);

}  // namespace qinglan
