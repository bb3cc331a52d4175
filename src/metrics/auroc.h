#pragma once
// Area under the ROC curve with DeLong's placement values (DeLong, DeLong & Clarke-Pearson 1988): of a
// positive the share of negatives it outscores, of a negative the share of positives that outscore it; ties
// count a half.

#include "metrics/score_row.h"

namespace qinglan {

struct Placement {
  double auroc = 0;
  std::vector<double> values;  // [n] V10 of positives, V01 of negatives
  std::size_t positives = 0, negatives = 0;
};

// `scores` [n]; needs one positive and one negative at least. O(n log n).
Placement placement_values(std::span<const double> scores, std::span<const std::uint8_t> positive);

// Values auroc + (n/m)(V10 - auroc) of positives, auroc + (n/(n-m))(V01 - auroc) of negatives: their mean is
// the AUROC, and var/n is DeLong's variance up to the divisors m-1 against m. Two classes: class 1 against
// class 0 by the difference of logits. More: one-vs-rest by softmax probability, mean over classes (macro).
// Undefined where a class has no test item or all of them.
ScoreRow auroc_row(const Answers& answers, std::span<const std::int32_t> truth);

}  // namespace qinglan
