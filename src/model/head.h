#pragma once
// The classification head: logits = pooled W^T + b, fp32, zero at first so that training starts from uniform
// p. A decoder's has no b: the reference implementation's has none, nor has any Hugging Face class that a
// trained decoder is given back as.

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "model/parameter.h"

namespace qinglan {

class ClassificationHead {
 public:
  ClassificationHead(std::int64_t classes, std::int64_t hidden, bool bias = true);

  // pooled [B, C] (cast to fp32) -> logits [B, K] fp32.
  torch::Tensor forward(const torch::Tensor& pooled) const;

  // "head.weight" [K, C] and, with a bias, "head.bias" [K], fp32 leaves that require gradients.
  const std::vector<NamedTensor>& parameters() const { return parameters_; }

 private:
  std::vector<NamedTensor> parameters_;
};

}  // namespace qinglan
