#include "train/contrast_mean.h"

#include "base/error.h"

namespace qinglan {

ContrastMean ContrastMean::fit(const ContrastScale& scale, const ContrastPairs& pairs) {
  const torch::NoGradGuard no_gradients;
  const torch::Tensor moved = scale.mean_difference();
  const double length = moved.norm().item<double>();
  ContrastMean mean;
  mean.direction_ = moved / length;
  const torch::Tensor x = pair_differences(pairs), along = x.mv(mean.direction_);
  mean.deviation_ = along.square().mean().sqrt().item<double>();
  if (!(length > 0) || !(mean.deviation_ > 0))
    throw Error(ErrorKind::invalid_input,
                length > 0 ? "contrast pairs: all rows are moved alike along the mean difference"
                           : "contrast pairs: the two words of a pair leave the same mean hidden state");
  mean.share_ = mean.deviation_ * mean.deviation_ / x.square().sum(1).mean().item<double>();
  return mean;
}

torch::Tensor ContrastMean::log_probabilities(const ContrastPairs& pairs) const {
  return answer_along(pairs, direction_, deviation_);
}

}  // namespace qinglan
