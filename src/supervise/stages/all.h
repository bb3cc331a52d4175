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
StageOutcome filter_overlap(const StageInput& input);
StageOutcome retrain_confident(const StageInput& input);
StageOutcome relabel_student(const StageInput& input);
StageOutcome filter_trust(const StageInput& input);
StageOutcome filter_trust_linear(const StageInput& input);
StageOutcome relabel_select(const StageInput& input);
StageOutcome relabel_select_gold(const StageInput& input);
StageOutcome corrupt_symmetric(const StageInput& input);
StageOutcome corrupt_class_dependent(const StageInput& input);
StageOutcome corrupt_length(const StageInput& input);
StageOutcome corrupt_keyword(const StageInput& input);
StageOutcome corrupt_trigger(const StageInput& input);
StageOutcome corrupt_prior(const StageInput& input);
StageOutcome corrupt_spurious(const StageInput& input);

// All rows; those that have a label.
std::vector<std::uint32_t> all_rows(const WeakLabels& labels);
std::vector<std::uint32_t> labelled_rows(const WeakLabels& labels);

// All rows; those whose class is another than before, `classes` [n], with the two classes' entries exchanged.
StageOutcome with_classes(const StageInput& input, const std::vector<std::int32_t>& classes);

// The parameter "class". Throws Error{usage} where the labels have no such class.
std::int32_t class_of(const StageInput& input);

// Mean label of the `k` rows of `voters` nearest to each of `queries`, itself never among them:
// [queries, K]. Throws Error{invalid_input} naming `parameter` where there are too few voters.
std::vector<float> mean_of_nearest(const StageInput& input, const std::vector<std::uint32_t>& queries,
                                   const std::vector<std::uint32_t>& voters, const char* parameter);

// `rows` without the `count` whose labels are furthest from `q` [rows, K] by half the L1 distance; of equal
// ones the higher row goes first.
std::vector<std::uint32_t> without_doubted(const StageInput& input, const std::vector<std::uint32_t>& rows,
                                           const std::vector<float>& q, std::size_t count);

// The `count` of `rows` with the largest `values` [rows], ascending; of equal ones the lower row stays.
std::vector<std::uint32_t> highest(const std::vector<std::uint32_t>& rows, const std::vector<double>& values,
                                   std::size_t count);

// 1 at the largest value, the first of equals, 0 elsewhere.
std::vector<float> one_hot_of(std::span<const float> p);

// round(n contamination) and round(n keep), halves up.
std::size_t contaminated(const StageInput& input, std::size_t n);
std::size_t kept_count(const StageInput& input, std::size_t n);

}  // namespace qinglan
