#pragma once
// Products of a model's matrices, differentiable. On a CPU with tile registers products of bf16 are ours
// (amx_product.h); all others are LibTorch's.

#include <torch/torch.h>

namespace qinglan::products {

// x [T, in] weight [out, in]^T + bias [out] -> [T, out].
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias = {});
// x [T, in] weight [in, out] -> [T, out].
torch::Tensor times(const torch::Tensor& x, const torch::Tensor& weight);
// The same, plus base [T, out].
torch::Tensor add_times(const torch::Tensor& base, const torch::Tensor& x, const torch::Tensor& weight);

}  // namespace qinglan::products
