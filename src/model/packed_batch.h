#pragma once
// Documents concatenated without padding.

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/shared_rows.h"

namespace qinglan {

struct PackedBatch {
  torch::Tensor ids;                  // [R] int64; undefined where `hidden` stands in their place
  torch::Tensor positions;            // [R] int64, from 0 in each document
  std::vector<std::int64_t> lengths;  // [B], each >= 1, sum T
  torch::Tensor hidden;               // [R, C] fp32 or bf16: states after `depth` blocks, to go on from
  std::int64_t depth = 0;
  std::optional<SharedRows> shared;  // nothing: R = T, row i holds token i

  // `rows` in the order given. Throws Error{invalid_input} for an empty row.
  static PackedBatch pack(std::span<const std::vector<std::int32_t>> rows);
  static PackedBatch pack(TokenRows rows, Beginnings beginnings = Beginnings::apart);
  // The same documents, of which the states [R, C] after `depth` blocks are known.
  PackedBatch resumed(torch::Tensor hidden, std::int64_t depth) const;

  std::int64_t documents() const { return static_cast<std::int64_t>(lengths.size()); }
  std::int64_t rows() const { return positions.size(0); }
  std::int64_t tokens() const { return shared ? shared->rows.size(0) : rows(); }
  // body(document, token's place in it, its row) for every token of every document.
  template <typename Body>
  void for_each_token(const Body& body) const {
    const std::int64_t* row = shared ? shared->rows.const_data_ptr<std::int64_t>() : nullptr;
    std::int64_t token = 0;
    for (std::int64_t document = 0; document < documents(); ++document)
      for (std::int64_t i = 0; i < lengths[static_cast<std::size_t>(document)]; ++i, ++token)
        body(document, i, row ? row[token] : token);
  }
};

}  // namespace qinglan
