#pragma once
// Rows that a few-shot prompt shows with their true labels: a declared budget.

#include <cstdint>
#include <string>
#include <vector>

#include "data/labels.h"

namespace qinglan {

// Of a few-shot supervisor's certificate: rows that are shown, and true labels that were read to show as many
// of each class.
inline constexpr char kShotsPurpose[] = "few-shot examples";
inline constexpr char kShotsBalancePurpose[] = "balance of the few-shot examples";

// `each` rows of every class, the first of an order of `ids` drawn by (seed, "few-shot"), in that order; a
// smaller budget's rows are among a larger one's. `consulted` counts the labels read. Throws
// Error{invalid_input} that names a class with fewer rows.
GoldRows draw_shots(const GroundTruth& truth, std::vector<std::string> ids, std::size_t each,
                    std::uint64_t seed);

// [{"rows","purpose"}...]
Json shots_certificate(const GoldRows& shots);

}  // namespace qinglan
