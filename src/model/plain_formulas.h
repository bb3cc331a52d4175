#pragma once
// For the tests of kernels.h and operators.h: what both compute, as plain formulas, and how they are
// compared.

#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "model/attention.h"
#include "model/kernels.h"
#include "model/test_support.h"

namespace qinglan {

// Plain formulas in fp64.
inline torch::Tensor plain_rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps,
                                    double offset) {
  return x * torch::rsqrt(x.square().mean(-1, true) + eps) * (offset + weight);
}
inline torch::Tensor plain_gated(const torch::Tensor& x, Activation activation) {
  const auto parts = x.chunk(2, 1);
  return activate(parts[0], activation) * parts[1];
}
inline torch::Tensor plain_rotate(const torch::Tensor& x, const RotaryTable& table,
                                  const torch::Tensor& positions, std::int64_t heads, std::int64_t dim) {
  const std::int64_t half = table.cos.size(1), turned = heads * dim;
  const auto c = table.cos.index_select(0, positions).to(x.scalar_type()).unsqueeze(1);
  const auto s = table.sin.index_select(0, positions).to(x.scalar_type()).unsqueeze(1);
  const auto all = x.narrow(1, 0, turned).view({x.size(0), heads, dim});
  const auto parts = all.narrow(2, 0, 2 * half).chunk(2, 2);
  const auto rotated = torch::cat({parts[0] * c - parts[1] * s, parts[1] * c + parts[0] * s,
                                   all.narrow(2, 2 * half, dim - 2 * half)},
                                  2)
                           .reshape({x.size(0), turned});
  return torch::cat({rotated, x.narrow(1, turned, x.size(1) - turned)}, 1);
}
inline torch::Tensor plain_attention(const torch::Tensor& qkv, const std::vector<std::int64_t>& lengths,
                                     const AttentionShape& shape) {
  const auto [heads, kv_heads, dim, causal, reach, scale, cap] = shape;
  std::vector<torch::Tensor> contexts;
  std::int64_t first = 0;
  for (const auto length : lengths) {
    const auto document = qkv.narrow(0, first, length);
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto q = document.narrow(1, head * dim, dim);
      const std::int64_t kv = head / (heads / kv_heads);
      const auto k = document.narrow(1, (heads + kv) * dim, dim),
                 v = document.narrow(1, (heads + kv_heads + kv) * dim, dim);
      auto scores = torch::mm(q, k.t()) * (scale > 0 ? scale : 1 / std::sqrt(static_cast<double>(dim)));
      if (cap > 0) scores = cap * torch::tanh(scores / cap);
      const auto place = torch::arange(length);
      const auto distance = place.unsqueeze(1) - place;  // of query from key
      const auto hidden = causal ? (distance < 0).logical_or(distance > reach) : distance.abs() > reach;
      scores = scores.masked_fill(hidden, -std::numeric_limits<double>::infinity());
      contexts.push_back(torch::mm(torch::softmax(scores, -1), v));
    }
    first += length;
  }
  std::vector<torch::Tensor> rows;
  for (std::size_t document = 0; document < lengths.size(); ++document)
    rows.push_back(torch::cat(std::vector<torch::Tensor>(contexts.begin() + document * heads,
                                                         contexts.begin() + (document + 1) * heads),
                              1));
  return torch::cat(rows);
}

inline AttentionShape with_window(AttentionShape shape, std::int64_t reach) {
  shape.reach = reach;
  return shape;
}
inline AttentionShape with_cap(AttentionShape shape, double scale, double cap) {
  shape.scale = scale;
  shape.cap = cap;
  return shape;
}

struct Run {
  torch::Tensor value;
  std::vector<torch::Tensor> grads;
};

// The value of f and the gradients of sum(value * weights) for each input.
template <typename F>
Run run(const F& f, const std::vector<torch::Tensor>& inputs, torch::Dtype dtype) {
  std::vector<torch::Tensor> leaves;
  for (const auto& input : inputs) leaves.push_back(input.to(dtype).clone().set_requires_grad(true));
  const auto value = f(leaves);
  const auto weights =
      torch::sin(torch::arange(value.numel(), torch::kFloat64) * 0.37).view(value.sizes()).to(dtype);
  (value * weights).sum().backward();
  Run result{value.detach(), {}};
  for (const auto& leaf : leaves) result.grads.push_back(leaf.grad());
  return result;
}

// `ours` on rounded inputs in `dtype` against `plain` in fp64 on the same rounded inputs.
template <typename Ours, typename Plain>
void expect_same(const Ours& ours, const Plain& plain, std::vector<torch::Tensor> inputs) {
  for (const auto& [dtype, tolerance] :
       {std::pair{torch::kFloat32, 2e-6}, std::pair{torch::kBFloat16, 1.5e-2}}) {
    for (auto& input : inputs) input = input.to(dtype).to(torch::kFloat64);
    const Run found = run(ours, inputs, dtype), expected = run(plain, inputs, torch::kFloat64);
    EXPECT_LE(relative_error(found.value, expected.value), tolerance);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_LE(relative_error(found.grads[i], expected.grads[i]), tolerance);
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> plain_inputs;
    for (const auto& input : inputs) plain_inputs.push_back(input.to(dtype));
    EXPECT_LE(relative_error(ours(plain_inputs), expected.value), tolerance);
  }
}

}  // namespace qinglan
