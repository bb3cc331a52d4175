#pragma once
// From a tensor to the storage type that the raw kernels are written for.

#include <torch/torch.h>

#include "base/error.h"
#include "model/row_kernels.h"

namespace qinglan {

// Calls body(static_cast<T*>(nullptr)) with the storage type T of `tensor`, fp32 or bf16.
template <typename Body>
void by_type(const torch::Tensor& tensor, const Body& body) {
  if (tensor.scalar_type() == torch::kFloat32)
    body(static_cast<float*>(nullptr));
  else if (tensor.scalar_type() == torch::kBFloat16)
    body(static_cast<row_kernels::Bf16*>(nullptr));
  else
    QL_CHECK(false, "kernels take fp32 or bf16");
}

}  // namespace qinglan
