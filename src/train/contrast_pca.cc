#include "train/contrast_pca.h"

#include <cmath>

#include "base/error.h"

namespace qinglan {

ContrastPca ContrastPca::fit(const ContrastPairs& pairs) {
  const torch::NoGradGuard no_gradients;
  const torch::Tensor x = pair_differences(pairs);
  const torch::Tensor covariance = x.t().mm(x) / static_cast<double>(x.size(0));
  const auto [values, vectors] = torch::linalg_eigh(covariance);  // ascending
  const double largest = values[-1].item<double>();
  if (!(largest > 0))
    throw Error(ErrorKind::invalid_input,
                "contrast pairs: the two words of a pair leave the same hidden state");
  ContrastPca pca;
  pca.direction_ = vectors.select(1, -1).contiguous();
  pca.direction_ *= torch::sign(pca.direction_[pca.direction_.abs().argmax()]);
  pca.deviation_ = std::sqrt(largest);
  pca.share_ = largest / values.sum().item<double>();
  return pca;
}

torch::Tensor ContrastPca::log_probabilities(const ContrastPairs& pairs) const {
  return answer_along(pairs, direction_, deviation_);
}

}  // namespace qinglan
