#include "model/head.h"

namespace qinglan {

ClassificationHead::ClassificationHead(std::int64_t classes, std::int64_t hidden)
    : parameters_{{"head.weight", torch::zeros({classes, hidden}, torch::kFloat32)},
                  {"head.bias", torch::zeros({classes}, torch::kFloat32)}} {
  for (auto& parameter : parameters_) parameter.tensor.set_requires_grad(true);
}

torch::Tensor ClassificationHead::forward(const torch::Tensor& pooled) const {
  return torch::linear(pooled.to(torch::kFloat32), parameters_[0].tensor, parameters_[1].tensor);
}

}  // namespace qinglan
