#pragma once
// One vector a document from its tokens' hidden states.

#include <torch/torch.h>

#include <string>

#include "model/packed_batch.h"

namespace qinglan {

enum class Pooling {
  last,
  mean,
  cls
};  // last real token, mean over real tokens (special ones too), first token

// hidden [R, C] of the batch, of any float type and device -> [B, C] fp32 on the CPU: what follows (heads,
// labels, losses) is computed there. Differentiable.
torch::Tensor pool(const torch::Tensor& hidden, const PackedBatch& batch, Pooling pooling);

// What a pooling reads of a batch where it is one token of each document.
struct RowsRead {
  torch::Tensor rows;         // int64, each once; undefined where all tokens are read
  torch::Tensor of_document;  // [B] int64, which of `rows`; undefined: theirs in turn

  static RowsRead of(const PackedBatch& batch, Pooling pooling);
  // hidden [rows, C] -> as pool. What several documents leave of a row's gradient is summed in fp32.
  torch::Tensor pooled(const torch::Tensor& hidden) const;
};

const char* name_of(Pooling pooling);
// "last", "mean", "cls"; throws Error{usage} that lists them.
Pooling pooling_named(const std::string& name);

}  // namespace qinglan
