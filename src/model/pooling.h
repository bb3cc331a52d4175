#pragma once
// One vector a document from its tokens' hidden states.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string>

namespace qinglan {

enum class Pooling {
  last,
  mean,
  cls
};  // last real token, mean over real tokens (special ones too), first token

// hidden [T, C] of any float type and device, lengths [B] with sum T -> [B, C] fp32 on the CPU: what follows
// (heads, labels, losses) is computed there. Differentiable.
torch::Tensor pool(const torch::Tensor& hidden, std::span<const std::int64_t> lengths, Pooling pooling);

// The tokens [B] int64 that are read, one a document; undefined where all are.
torch::Tensor tokens_read(std::span<const std::int64_t> lengths, Pooling pooling);

const char* name_of(Pooling pooling);
// "last", "mean", "cls"; throws Error{usage} that lists them.
Pooling pooling_named(const std::string& name);

}  // namespace qinglan
