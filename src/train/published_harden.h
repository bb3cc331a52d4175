#pragma once
// Hardening of two classes as two public code bases do it, for runs that reproduce them: a row is class 0
// where p_0 >= t, and t is a quantile of p_0, linear between neighbours. Of B rows without ties at level m
// that leaves ceil(m (B - 1)) rows to class 1; rows that all tie are all class 0.

#include <torch/torch.h>

#include <cstdint>
#include <span>

namespace qinglan {

// p [B, 2] -> one-hot [B, 2] of p's type. t: the quantile of p[:, 0] at `level`, a scalar of p's type in [0,
// 1] (openai/weak-to-strong: the batch's mean y_1).
torch::Tensor harden_at_quantile(const torch::Tensor& p, const torch::Tensor& level);

// EleutherAI/w2s. Rows enter a buffer in the order drawn, `micro` at a time, and t is the quantile of its
// last `size` values when they are in.
struct QuantileBuffer {
  std::int64_t size = 32, micro = 1;
  double level = -1;  // below 0: of a micro-batch its mean y_1, of a single row 1/2

  // weak, p [B, 2]; `drawn` [B] or empty, `earlier` [E] as in BatchView -> one-hot [B, 2] of p's type.
  torch::Tensor harden(const torch::Tensor& p, const torch::Tensor& weak, std::span<const std::int64_t> drawn,
                       const torch::Tensor& earlier) const;
};

// Rows of `values` in the order drawn.
torch::Tensor as_drawn(const torch::Tensor& values, std::span<const std::int64_t> drawn);

}  // namespace qinglan
