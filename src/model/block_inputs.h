#pragma once
// What every block of one forward pass shares.

#include <optional>

#include "model/attention.h"
#include "model/kernels.h"
#include "model/lora.h"
#include "model/operators.h"
#include "model/packed_batch.h"

namespace qinglan {

struct BlockInputs {
  // What depends on whether a layer has a window.
  struct Kind {
    AttentionShape attention;
    RotaryTable rotary;         // undefined without rotary embedding
    torch::Tensor rotary_rows;  // [R] int64 into the table
  };

  BlockInputs(const ModelConfig& config, const PackedBatch& batch, const LoraAdapter* adapter,
              const torch::Device& device, const torch::Tensor& read);
  const Kind& kind_of(const ModelConfig& config, std::int64_t layer) const {
    return config.has_window(layer) ? windowed : full;
  }

  std::vector<std::int64_t> lengths;          // of the documents
  std::optional<SharedRows> shared;           // see PackedBatch
  std::optional<operators::Padding> padding;  // where operators.h computes
  const LoraAdapter* adapter;                 // may be null
  Kind full, windowed;
  // [N] int64, the rows whose state after the last block is read; undefined: all. The last block's rows are
  // these from its attention on.
  torch::Tensor read;
  torch::Tensor rows(const ModelConfig& config, std::int64_t layer, const torch::Tensor& x) const {
    return read.defined() && layer + 1 == config.layers ? x.index_select(0, read) : x;
  }
};

}  // namespace qinglan
