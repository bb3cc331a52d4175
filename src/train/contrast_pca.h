#pragma once
// Contrastive representation clustering by the top principal component (Burns et al. 2022, arXiv 2212.03827,
// appendix, "CRC (TPC)"): the direction in which standardised pairs differ most, x2 - x1. No label enters,
// and the direction is known up to its sign.

#include <torch/torch.h>

#include "train/contrast_pairs.h"

namespace qinglan {

class ContrastPca {
 public:
  // pairs: standardised, so that differences have mean 0. Throws Error{invalid_input} when no pair differs.
  static ContrastPca fit(const ContrastPairs& pairs);

  // Of standardised pairs: [N, 2] fp64, log-probabilities of the first and the second class. P(second) is the
  // sigmoid of the projection in standard deviations of the rows it was fitted on.
  torch::Tensor log_probabilities(const ContrastPairs& pairs) const;
  const torch::Tensor& direction() const { return direction_; }  // [D] fp64, length 1, largest entry positive
  double share() const { return share_; }                        // of the differences' variance

 private:
  torch::Tensor direction_;
  double deviation_ = 0, share_ = 0;
};

}  // namespace qinglan
