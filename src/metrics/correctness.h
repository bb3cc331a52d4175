#pragma once
// Decisions and the metrics that count right ones: accuracy, prior-matched accuracy, balanced accuracy.

#include "metrics/score_row.h"

namespace qinglan {

// The class decided for each item: argmax of logits + bias, ties by the lowest class; -1 where nothing was
// said (an abstention, or a row with all classes equal after the bias). `bias` [K], empty: none.
std::vector<std::int32_t> decisions(const Answers& answers, std::span<const float> bias = {});

// 1 right, 0 wrong, 1/K where nothing was said. Its mean is accuracy; with the matched bias, prior-matched
// accuracy.
std::vector<double> correctness(const Answers& answers, std::span<const std::int32_t> truth,
                                std::span<const float> bias = {});

// Balanced accuracy: mean over classes of the accuracy within the class. Values are class-weighted
// correctness, b + n/(K n_c) (x_i - mean_c x): the share of the classes among test items is held fixed, as in
// DeLong's AUROC rows. Undefined where a class has no test item.
ScoreRow balanced_correctness(std::span<const double> correctness, std::span<const std::int32_t> truth,
                              std::size_t classes);

}  // namespace qinglan
