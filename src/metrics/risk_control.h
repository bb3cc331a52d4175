#pragma once
// From which confidence on may a model be left to answer? A threshold certified on rows with known truth.

#include <optional>
#include <span>

namespace qinglan {

// The least confidence such that, with probability 1 - doubt over the draw of the gold rows, answers at least
// that sure are wrong in at most `risk` of all cases. Learn then Test (Angelopoulos et al. 2021, arXiv
// 2110.01052) with fixed sequence testing: thresholds at which the surest 5%, 10%, ... 100% of gold rows
// answer are tested in this order by the binomial tail P(Bin(rows, risk) <= wrong); those too few to pass
// without an error are left out beforehand, and the first that fails ends it. Gold rows are independent of
// one another and of the model. Empty where not even the first passes.
// confidence [m]; right [m]: below 1 counts as wrong.
std::optional<double> certified_threshold(std::span<const double> confidence, std::span<const double> right,
                                          double risk, double doubt);

}  // namespace qinglan
