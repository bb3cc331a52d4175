#pragma once
// Row-wise operators that LibTorch does not fuse on CPU. fp32 arithmetic whatever the storage (fp32 or bf16),
// one rounding at the end. All are differentiable and give the same bits for the same input at any number of
// threads.

#include <torch/torch.h>

#include <cstdint>

namespace qinglan {

// y = x / sqrt(mean(x^2) + eps) * weight. x [T, C], weight [C] of the same type (Zhang & Sennrich 2019,
// arXiv:1910.07467).
torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps);

// silu(gate) * up for gate_up [T, 2 I] = gate | up -> [T, I] (Shazeer 2020, arXiv:2002.05202).
torch::Tensor swiglu(const torch::Tensor& gate_up);

// cos and sin of position * theta^(-2 j / D) for j < D / 2, each [positions, D / 2] fp32, computed in double.
struct RotaryTable {
  torch::Tensor cos, sin;
  static RotaryTable make(std::int64_t positions, std::int64_t head_dim, double theta);
};

// Rotates the first `heads` heads of every row of x [T, W] in place; pairs are (j, j + D/2), as Hugging Face
// lays heads out (Su et al. 2021, arXiv:2104.09864). positions [T] int64 index the table. Returns x.
torch::Tensor rotate_(torch::Tensor x, const RotaryTable& table, const torch::Tensor& positions,
                      std::int64_t heads);

}  // namespace qinglan
