#pragma once
// The ledger's FLOPs of passes over rows of tokens, by the catalog's cost formulas. Multiply-adds count as 2.

#include <cstdint>
#include <span>
#include <vector>

#include "catalog/model_cost.h"
#include "train/input_rows.h"

namespace qinglan {

// Of whole texts, whatever is left out: tokens in rows of other texts (see SharedRows) count, and the last
// block for every token (see Backbone::pooled).

// One forward pass of every row through `depth` blocks.
double forward_flops(const ModelConfig& config, std::int64_t depth,
                     std::span<const std::vector<std::int32_t>> rows);

// One text of `length` tokens through the blocks from `first` on: forward and, when `trained`, backward.
double upper_flops(const ModelConfig& config, std::int64_t first, std::int64_t length, bool trained);

// One forward pass of every row through the blocks that are not behind it.
double answer_flops(const ModelConfig& config, const InputRows& rows);

}  // namespace qinglan
