#pragma once
// A matrix [out, in] of the backbone and what is done with it. It is a tensor in the compute type, or it
// stays as the model's file has it (blocks of 4 to 8 bits, say) and is dequantized where it is used and
// forgotten: smaller in memory, slower, never trained. Both ways multiply the same numbers in the same
// shapes, so their results are equal bit for bit.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "catalog/model_config.h"
#include "model/device_rows.h"
#include "model/products.h"
#include "model/weight_rows.h"

namespace qinglan {

class Matrix {
 public:
  Matrix() = default;  // undefined: the model has no such matrix
  explicit Matrix(torch::Tensor plain) : plain_(std::move(plain)) {}
  // `parts` are stacked along the output; `dtype` is the compute type. On a device that our kernels are not
  // written for the file's bytes are uploaded.
  Matrix(const std::vector<WeightRows>& parts, torch::Dtype dtype, const torch::Device& device);

  bool defined() const { return plain_.defined() || stored_; }

  // x [T, in] -> x W^T + bias + base [T, out]. Differentiable; a matrix kept as in the file has no gradient
  // of its own, and must outlive the backward pass.
  torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& bias = {},
                       const torch::Tensor& base = {}) const;
  // The same with low-rank terms b [out, r] a [r, in] beside W: plus x a^T b^T. In one product, rounded once,
  // where W is frozen and the processor multiplies bf16.
  torch::Tensor adapted(const torch::Tensor& x, const products::LowRank& terms,
                        const torch::Tensor& bias = {}, const torch::Tensor& base = {}) const;
  // Rows `ids` [T] int64 -> [T, in]: an embedding.
  torch::Tensor rows(const torch::Tensor& ids) const;

  struct Stored {
    std::vector<std::variant<WeightRows, DeviceRows>> parts;
    torch::Dtype dtype;
    torch::Device device;
    std::int64_t out = 0, in = 0;
  };

 private:
  friend torch::Tensor gated_mlp(const torch::Tensor& x, const struct GatedMlp& mlp,
                                 const torch::Tensor& base);
  torch::Tensor plain_;
  std::shared_ptr<const Stored> stored_;
};

struct GatedMlp {
  const Matrix& up;  // [2 I, C]: gate, then what it gates
  const torch::Tensor& up_bias;
  const Matrix& down;  // [C, I]
  const torch::Tensor& down_bias;
  Activation activation;
};
// x up^T + up_bias = gate | up [T, 2 I] -> act(gate) up [T, I] (kernels.h) -> that down^T + down_bias + base.
torch::Tensor gated_mlp(const torch::Tensor& x, const GatedMlp& mlp, const torch::Tensor& base);

}  // namespace qinglan
