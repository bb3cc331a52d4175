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
    torch::Tensor rotary_rows;  // [T] int64 into the table
  };

  BlockInputs(const ModelConfig& config, const PackedBatch& batch, const LoraAdapter* adapter,
              const torch::Device& device);
  const Kind& kind_of(const ModelConfig& config, std::int64_t layer) const {
    return config.has_window(layer) ? windowed : full;
  }

  std::vector<std::int64_t> lengths;          // of the documents
  std::optional<operators::Padding> padding;  // where operators.h computes
  const LoraAdapter* adapter;                 // may be null
  Kind full, windowed;
};

}  // namespace qinglan
