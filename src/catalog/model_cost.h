#pragma once
// What a model costs: arithmetic and parameters.

#include <cstdint>

#include "catalog/model_config.h"

namespace qinglan {

// FLOPs (a multiply-add counts 2) of one token within a text of `length` tokens through `depth` blocks,
// without the LM head: forward and, when `trained`, backward (twice the forward).
double token_flops(const ModelConfig& config, std::int64_t depth, double length, bool trained);

// Parameters of the whole model.
std::int64_t parameter_count(const ModelConfig& config);

}  // namespace qinglan
