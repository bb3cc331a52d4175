#pragma once
// What a weight does in the model, whatever a file calls it; which weights a model has, and their shapes.

#include <cstdint>
#include <vector>

#include "catalog/model_config.h"

namespace qinglan {

enum class WeightRole {
  token_embedding,
  position_embedding,
  type_embedding,
  embedding_norm,
  embedding_norm_bias,
  attention_norm,
  attention_norm_bias,
  q,
  q_bias,
  k,
  k_bias,
  v,
  v_bias,
  q_norm,
  k_norm,
  o,
  o_bias,
  attention_post_norm,
  ffn_norm,
  ffn_norm_bias,
  gate,
  gate_bias,
  up,
  up_bias,
  down,
  down_bias,
  ffn_post_norm,
  final_norm,
  final_norm_bias,
  lm_head,
};

struct WeightShape {
  std::int64_t rows = 0;
  std::int64_t columns = 0;  // 0 = a vector of `rows`
  std::int64_t elements() const { return columns ? rows * columns : rows; }
};

// Whether the model has this weight; `layer` matters for weights of a block only.
bool has_weight(const ModelConfig& config, WeightRole role, std::int64_t layer);
// As Hugging Face's Linear lays it out: [out, in].
WeightShape weight_shape(const ModelConfig& config, WeightRole role);

bool is_block_weight(WeightRole role);
bool is_norm(WeightRole role);  // a norm's scale
bool is_bias(WeightRole role);

// Every weight of the model, by its role and layer (-1 outside blocks).
struct WeightPlace {
  WeightRole role;
  std::int64_t layer;
};
std::vector<WeightPlace> weights_of(const ModelConfig& config);

}  // namespace qinglan
