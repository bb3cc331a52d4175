#pragma once
// Documents concatenated without padding.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

namespace qinglan {

struct PackedBatch {
  torch::Tensor ids;                  // [T] int64
  torch::Tensor positions;            // [T] int64, from 0 in each document
  std::vector<std::int64_t> lengths;  // [B], each >= 1, sum T

  // `rows` in the order given. Throws Error{invalid_input} for an empty row.
  static PackedBatch pack(std::span<const std::vector<std::int32_t>> rows);
  static PackedBatch pack(std::span<const std::vector<std::int32_t>* const> rows);

  std::int64_t documents() const { return static_cast<std::int64_t>(lengths.size()); }
  std::int64_t tokens() const { return ids.size(0); }
};

}  // namespace qinglan
