#pragma once
// Products of a model's matrices, differentiable. On a CPU that multiplies bf16 products of it are ours
// (bf16_product.h); all others are LibTorch's.

#include <torch/torch.h>

#include <functional>

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
struct GatedMlp {
  torch::Tensor up, up_bias;      // [2 I, C], and [2 I] or undefined
  torch::Tensor down, down_bias;  // [C, I], and [C] or undefined
  Activation activation;
};
// linear() of gated_linear() of x [T, C], plus base [T, C] if it is defined; the same bits. Such a CPU makes
// gates, and gradients of gate | up, in the products before them.
torch::Tensor gated_mlp(const torch::Tensor& x, const GatedMlp& mlp, const torch::Tensor& base = {});
// A matrix [out, in] that is not trained; made anew, it may be, each time it is asked for, which must be
// possible until the backward pass.
using Frozen = std::function<torch::Tensor()>;
// Low-rank terms (lora.h) beside a matrix.
struct LowRank {
  torch::Tensor a;  // [r, in]
  torch::Tensor b;  // [out, r]
};
// x (weight + b a)^T + added -> [T, out], x a^T rounded in between, in one product, and so the gradient of x.
// Differentiable with respect to x, a, b and the base. Only where adapts(x): bf16 on a CPU that multiplies
// it.
torch::Tensor adapted(const torch::Tensor& x, const Frozen& weight, const LowRank& terms,
                      const Added& added = {});
bool adapts(const torch::Tensor& x);

// x [T, in] weight [in, out] -> [T, out].
torch::Tensor times(const torch::Tensor& x, const torch::Tensor& weight);
// The same, plus base [T, out].
torch::Tensor add_times(const torch::Tensor& base, const torch::Tensor& x, const torch::Tensor& weight);

}  // namespace qinglan::products
