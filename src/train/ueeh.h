#pragma once
// Contrast-consistent search that starts from easy rows (METHODS M32, "UEEH"):
//   L = 1/2 BCE_easy + 1/2 L_ccs
//   BCE_easy = mean over easy rows of -(log P(the statement taken to be true) + log(1 - P(the other))) / 2
// Easy are the rows of which the model's zero-shot answers are surest, so no label enters; they are taken
// from both ends of the order of those answers, for a model that prefers one word calls too many rows easy
// by the other measure.

#include <torch/torch.h>

#include "train/ccs.h"
#include "train/contrast_pairs.h"

namespace qinglan {

struct EasyRows {
  torch::Tensor rows;    // [E] int64
  torch::Tensor second;  // [E] 1 where the second statement is taken to be true, else 0; fp64
};

// share / 2 of the rows (at least one) from either end of the order of `log_odds` [N] of the second class;
// ties by the lower row. Throws Error{invalid_input} when the ends meet: too few rows, or equal answers.
EasyRows easy_rows(const torch::Tensor& log_odds, double share);

// In the type of the pairs.
CcsValue ueeh_value(const ContrastPairs& pairs, const EasyRows& easy, const CcsDirections& at);

}  // namespace qinglan
