#pragma once
// A tensor with a stable name; lists of them are in a fixed order that depends on the architecture only.

#include <torch/torch.h>

#include <string>
#include <vector>

namespace qinglan {

struct NamedTensor {
  std::string name;
  torch::Tensor tensor;
};

}  // namespace qinglan
