#pragma once
// Attention inside each document of a packed batch.

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "catalog/model_config.h"
#include "model/shared_rows.h"

namespace qinglan {

struct AttentionShape {
  std::int64_t heads, kv_heads, head_dim;
  bool causal;
  std::int64_t reach = kEveryDistance;  // most distance between a token and those it sees
  double scale = 0;                     // of the scores; 0 = 1 / sqrt(D)
  double cap = 0;                       // score -> cap tanh(score / cap); 0 = as it is
};

// qkv [R, (heads + 2 kv_heads) D] fp32 or bf16, heads of q, then k, then v; lengths [B], sum T -> context [R,
// heads D]. Row i is token i, or what `shared` says, causal documents only. Scores are kept in fp32; where
// the CPU multiplies bf16, probabilities and gradients of scores of bf16 texts are rounded to it before they
// are multiplied. Differentiable. A document's numbers do not depend on its neighbours, on what it shares
// with them or on the number of threads; the gradient of a row that is shared is summed in fp32.
torch::Tensor attend(const torch::Tensor& qkv, const std::vector<std::int64_t>& lengths,
                     const AttentionShape& shape, const std::optional<SharedRows>& shared = {});

}  // namespace qinglan
