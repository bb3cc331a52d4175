#pragma once
// Row-wise operators that LibTorch does not fuse on CPU. fp32 arithmetic whatever the storage (fp32 or bf16),
// one rounding at the end (but two where a gate's activation is exact GELU or ReLU). All are differentiable
// and give the same bits for the same input at any number of threads. Tensors of other devices are computed
// by operators.h.

#include <torch/torch.h>

#include <cstdint>
#include <optional>

#include "catalog/model_config.h"
#include "model/row_kernels.h"

namespace qinglan {

// y = x / sqrt(mean(x^2) + eps) * (offset + weight). x [T, C], weight [C] of the same type (Zhang & Sennrich
// 2019, arXiv:1910.07467); offset 1 for Gemma, else 0.
torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps, double offset = 0);

// act(gate) * up for gate_up [T, 2 I] = gate | up -> [T, I] (Shazeer 2020, arXiv:2002.05202).
torch::Tensor gated(const torch::Tensor& gate_up, Activation activation);
// Its raw loop, for activations that have one.
std::optional<row_kernels::Gate> gate_of(Activation activation);
// act(x), elementwise.
torch::Tensor activate(const torch::Tensor& x, Activation activation);

// Cosines and sines of position * frequency, each [positions, pairs] fp32, computed in double, for one kind
// of layer. A model with frequencies of their own for long texts has those in rows from `long_start` on.
struct RotaryTable {
  torch::Tensor cos, sin;
  std::int64_t long_start = 0;
  static RotaryTable make(std::int64_t positions, const Rotary& rotary,
                          const torch::Device& device = torch::kCPU);
};

// Rotates the first `heads` heads of every row of x [T, W], on the CPU in place; pairs are (j, j + width /
// 2), as Hugging Face lays heads out (Su et al. 2021, arXiv:2104.09864). rows [T] int64 index the table.
// Returns the rotated rows.
torch::Tensor rotate_(torch::Tensor x, const RotaryTable& table, const torch::Tensor& rows,
                      std::int64_t heads, std::int64_t head_dim);

}  // namespace qinglan
