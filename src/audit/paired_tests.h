#pragma once
// Two models' right answers on the same test items, by tests that assume less than the crossed interval.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// `first`, `second`: names of series, one a seed. On accuracy: McNemar's exact test of each seed, the
// paired permutation test of the mean over seeds by item (or group of related items), and a confidence
// sequence over these in the record's order, which was drawn before any model was run. The last two speak of
// these seeds' models alone.
PairedTests paired_tests(const SeriesScores& scores, const Cell& cell, const std::vector<std::string>& first,
                         const std::vector<std::string>& second);
PairedTests no_tests(const std::string& why);

}  // namespace qinglan
