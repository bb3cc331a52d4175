#pragma once
// Documents concatenated without padding.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

namespace qinglan {

struct PackedBatch {
  torch::Tensor ids;                  // [T] int64; undefined where `hidden` stands in their place
  torch::Tensor positions;            // [T] int64, from 0 in each document
  std::vector<std::int64_t> lengths;  // [B], each >= 1, sum T
  torch::Tensor hidden;               // [T, C] fp32 or bf16: states after `depth` blocks, to go on from
  std::int64_t depth = 0;

  // `rows` in the order given. Throws Error{invalid_input} for an empty row.
  static PackedBatch pack(std::span<const std::vector<std::int32_t>> rows);
  static PackedBatch pack(std::span<const std::vector<std::int32_t>* const> rows);
  // Documents of these lengths whose hidden states [T, C] after `depth` blocks are known.
  static PackedBatch resume(torch::Tensor hidden, std::int64_t depth, std::vector<std::int64_t> lengths);

  std::int64_t documents() const { return static_cast<std::int64_t>(lengths.size()); }
  std::int64_t tokens() const { return positions.size(0); }
};

}  // namespace qinglan
