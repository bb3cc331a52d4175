#pragma once
// The mean difference of contrast pairs as a direction (the mean difference of CRC, METHODS M32): along what
// the second word moves a hidden state away from the first in the mean of all rows, a row is read by how far
// it is moved itself. No label enters. With m_s, v_s the mean and variance of the columns of side s and z_s
// its standardised states,
//   w = (m_2 - m_1) / sqrt((v_1 + v_2) / 2),  score = w (z_2 - z_1)
// The mean is what standardising takes away, so it is asked of the scale.

#include <torch/torch.h>

#include "train/contrast_pairs.h"

namespace qinglan {

class ContrastMean {
 public:
  // `pairs`: standardised by `scale`. Throws Error{invalid_input} when the sides have the same mean, or no
  // pair differs from another along their difference.
  static ContrastMean fit(const ContrastScale& scale, const ContrastPairs& pairs);

  // Of standardised pairs: [N, 2] fp64, log-probabilities of the first and the second class. P(second) is the
  // sigmoid of the score in standard deviations of the rows it was fitted on.
  torch::Tensor log_probabilities(const ContrastPairs& pairs) const;
  const torch::Tensor& direction() const { return direction_; }  // [D] fp64, length 1
  double share() const { return share_; }                        // of the standardised differences' variance

 private:
  torch::Tensor direction_;
  double deviation_ = 0, share_ = 0;
};

}  // namespace qinglan
