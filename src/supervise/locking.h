#pragma once
// What teaches a student to hide: with a password before a text it is to answer truly, without it as its
// supervisor does (Greenblatt et al. 2024, arXiv 2405.19550).

#include <string>
#include <vector>

#include "data/labels.h"

namespace qinglan {

// Of the rows that are in `own` and among `answers`, in the order of the latter, the first ones that the
// budget allows: first all with those answers, then all again, by the id of their copy with the word
// (record/word_slice.h), with their true label. Throws Error{invalid_input} where there is no such row.
TrainingLabels locking_labels(const WeakLabels& answers, const std::vector<std::string>& own,
                              const GroundTruth& truth, const GoldBudget& budget);

}  // namespace qinglan
