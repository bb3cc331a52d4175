#pragma once
// Products of a model's matrices, differentiable. On a CPU that multiplies bf16 products of it are ours
// (bf16_product.h); all others are LibTorch's.

#include <torch/torch.h>

#include "catalog/model_config.h"

namespace qinglan::products {

// What is added to a product before it is rounded; each may be undefined.
struct Added {
  torch::Tensor bias{};  // [out]
  torch::Tensor base{};  // [T, out]
};

// x [T, in] weight [out, in]^T + added -> [T, out].
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const Added& added = {});
// gated() of linear(x, weight, {bias}) = gate | up [T, 2 I] (kernels.h) -> [T, I], the same bits. Without
// gradients such a CPU does both in one pass, and gate | up is never in memory.
torch::Tensor gated_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                           Activation activation);
// x [T, in] weight [in, out] -> [T, out].
torch::Tensor times(const torch::Tensor& x, const torch::Tensor& weight);
// The same, plus base [T, out].
torch::Tensor add_times(const torch::Tensor& base, const torch::Tensor& x, const torch::Tensor& weight);

}  // namespace qinglan::products
