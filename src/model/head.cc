#include "model/head.h"

namespace qinglan {

ClassificationHead::ClassificationHead(std::int64_t classes, std::int64_t hidden, bool bias)
    : parameters_{{"head.weight", torch::zeros({classes, hidden}, torch::kFloat32)}} {
  if (bias) parameters_.push_back({"head.bias", torch::zeros({classes}, torch::kFloat32)});
  for (auto& parameter : parameters_) parameter.tensor.set_requires_grad(true);
}

torch::Tensor ClassificationHead::forward(const torch::Tensor& pooled) const {
  const torch::Tensor bias = parameters_.size() > 1 ? parameters_[1].tensor : torch::Tensor();
  return torch::linear(pooled.to(torch::kFloat32), parameters_[0].tensor, bias);
}

}  // namespace qinglan
