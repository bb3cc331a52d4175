#pragma once
// Attention inside each document of a packed batch. Documents of near lengths are computed together; only here may slots
// be padded, and padding reaches no real token.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

namespace qinglan {

struct AttentionGroup {
  std::int64_t documents;  // n
  std::int64_t length;     // slots of each document
  torch::Tensor mask;      // additive, compute type: [L, L] causal; [n, 1, 1, L] for an encoder; undefined = all see all
};

// How a batch's tokens are laid out for attention; made once a batch and used by every layer.
struct AttentionPlan {
  std::vector<AttentionGroup> groups;
  torch::Tensor gather;   // [slots] int64: the token in each slot (padding repeats a token); undefined = in order
  torch::Tensor restore;  // [T] int64: the slot of each token
  bool causal = true;
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0;

  static AttentionPlan make(std::span<const std::int64_t> lengths, bool causal, std::int64_t heads, std::int64_t kv_heads,
                            std::int64_t head_dim, torch::Dtype dtype);
};

// qkv [T, (heads + 2 kv_heads) D], heads of q, then k, then v -> context [T, heads D]. Scores are scaled by 1/sqrt(D).
// Differentiable.
torch::Tensor attend(const torch::Tensor& qkv, const AttentionPlan& plan);

}  // namespace qinglan
