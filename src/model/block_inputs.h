#pragma once
// What every block of one forward pass shares.

#include "model/attention.h"
#include "model/kernels.h"
#include "model/lora.h"
#include "model/packed_batch.h"

namespace qinglan {

struct BlockInputs {
  const PackedBatch& batch;
  AttentionShape attention;
  RotaryTable rotary;          // decoder only
  const LoraAdapter* adapter;  // may be null
};

// x [T, C] times the fused q|k|v matrix, plus the adapter's share.
torch::Tensor project_qkv(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                          std::int64_t layer, const LoraAdapter* adapter);
// The output projection, plus the adapter's share.
torch::Tensor project_o(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                        std::int64_t layer, const LoraAdapter* adapter);

}  // namespace qinglan
