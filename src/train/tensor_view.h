#pragma once
// Between tensors in memory and tensors in files, bit for bit.

#include <torch/torch.h>

#include "io/tensor_file.h"

namespace qinglan {

// A view of a contiguous CPU tensor of fp32, fp64, bf16 or int64; it lives as long as the tensor.
TensorView view_of(const torch::Tensor& tensor);
// A copy. Throws Error{corrupt_data} for a type other than those.
torch::Tensor tensor_of(const TensorView& view);

}  // namespace qinglan
