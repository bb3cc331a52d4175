#pragma once
// One function a stage, and what several share.

#include <cstdint>
#include <vector>

#include "supervise/stage.h"

namespace qinglan {

StageOutcome filter_confidence(const StageInput& input);
StageOutcome filter_knn(const StageInput& input);
StageOutcome relabel_knn(const StageInput& input);
StageOutcome filter_logreg(const StageInput& input);
StageOutcome relabel_logreg(const StageInput& input);
StageOutcome filter_topo(const StageInput& input);
StageOutcome relabel_topo(const StageInput& input);

// All rows; those that have a label.
std::vector<std::uint32_t> all_rows(const WeakLabels& labels);
std::vector<std::uint32_t> labelled_rows(const WeakLabels& labels);

// Mean label of the `k` rows of `voters` nearest to each of `queries`, itself never among them:
// [queries, K]. Throws Error{invalid_input} naming `parameter` where there are too few voters.
std::vector<float> mean_of_nearest(const StageInput& input, const std::vector<std::uint32_t>& queries,
                                   const std::vector<std::uint32_t>& voters, const char* parameter);

// `rows` without the `count` whose labels are furthest from `q` [rows, K] by half the L1 distance; of equal
// ones the higher row goes first.
std::vector<std::uint32_t> without_doubted(const StageInput& input, const std::vector<std::uint32_t>& rows,
                                           const std::vector<float>& q, std::size_t count);

// round(n contamination), halves up.
std::size_t contaminated(const StageInput& input, std::size_t n);

}  // namespace qinglan
