#include "catalog/weight_role.h"

#include "base/error.h"

namespace qinglan {
namespace {

using R = WeightRole;

constexpr int kRoles = static_cast<int>(R::lm_head) + 1;

}  // namespace

bool is_block_weight(WeightRole role) { return role >= R::attention_norm && role <= R::ffn_post_norm; }

bool is_norm(WeightRole role) {
  switch (role) {
    case R::embedding_norm:
    case R::attention_norm:
    case R::q_norm:
    case R::k_norm:
    case R::attention_post_norm:
    case R::ffn_norm:
    case R::ffn_post_norm:
    case R::final_norm:
      return true;
    default:
      return false;
  }
}

bool is_bias(WeightRole role) {
  switch (role) {
    case R::embedding_norm_bias:
    case R::attention_norm_bias:
    case R::q_bias:
    case R::k_bias:
    case R::v_bias:
    case R::o_bias:
    case R::ffn_norm_bias:
    case R::gate_bias:
    case R::up_bias:
    case R::down_bias:
    case R::final_norm_bias:
      return true;
    default:
      return false;
  }
}

bool has_weight(const ModelConfig& c, WeightRole role, std::int64_t layer) {
  const bool bias = c.norm_bias && c.norm == Norm::layer;
  const bool first_norm = c.first_attention_norm || layer > 0;
  switch (role) {
    case R::token_embedding:
    case R::q:
    case R::k:
    case R::v:
    case R::o:
    case R::up:
    case R::down:
    case R::ffn_norm:
      return true;
    case R::position_embedding:
      return c.learned_positions;
    case R::type_embedding:
      return c.type_vocab > 0;
    case R::embedding_norm:
      return c.embedding_norm;
    case R::embedding_norm_bias:
      return c.embedding_norm && bias;
    case R::attention_norm:
      return first_norm;
    case R::attention_norm_bias:
      return first_norm && bias;
    case R::ffn_norm_bias:
      return bias;
    case R::q_bias:
    case R::k_bias:
    case R::v_bias:
      return c.qkv_bias;
    case R::q_norm:
    case R::k_norm:
      return c.qk_norm;
    case R::o_bias:
      return c.o_bias;
    case R::attention_post_norm:
    case R::ffn_post_norm:
      return c.residual == Residual::sandwich;
    case R::gate:
      return c.gated;
    case R::gate_bias:
      return c.gated && c.ffn_bias;
    case R::up_bias:
    case R::down_bias:
      return c.ffn_bias;
    case R::final_norm:
      return c.final_norm;
    case R::final_norm_bias:
      return c.final_norm && bias;
    case R::lm_head:
      return c.kind == ModelKind::decoder && !c.tied_embeddings;
  }
  QL_CHECK(false, "unknown weight");
}

WeightShape weight_shape(const ModelConfig& c, WeightRole role) {
  switch (role) {
    case R::token_embedding:
    case R::lm_head:
      return {c.vocab, c.hidden};
    case R::position_embedding:
      return {c.max_positions + c.position_offset, c.hidden};
    case R::type_embedding:
      return {c.type_vocab, c.hidden};
    case R::q:
      return {c.q_width(), c.hidden};
    case R::k:
    case R::v:
      return {c.kv_width(), c.hidden};
    case R::q_bias:
      return {c.q_width()};
    case R::k_bias:
    case R::v_bias:
      return {c.kv_width()};
    case R::q_norm:
    case R::k_norm:
      return {c.head_dim};
    case R::o:
      return {c.hidden, c.q_width()};
    case R::gate:
    case R::up:
      return {c.intermediate, c.hidden};
    case R::gate_bias:
    case R::up_bias:
      return {c.intermediate};
    case R::down:
      return {c.hidden, c.intermediate};
    default:  // norms, their biases, and biases of what ends in the hidden state
      return {c.hidden};
  }
}

std::vector<WeightPlace> weights_of(const ModelConfig& config) {
  std::vector<WeightPlace> places;
  const auto add = [&](bool block, std::int64_t layer, R from, R to) {
    for (int number = static_cast<int>(from); number <= static_cast<int>(to); ++number) {
      const R role = static_cast<R>(number);
      if (is_block_weight(role) == block && has_weight(config, role, layer)) places.push_back({role, layer});
    }
  };
  add(false, -1, R::token_embedding, R::embedding_norm_bias);
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    add(true, layer, R::attention_norm, R::ffn_post_norm);
  add(false, -1, R::final_norm, static_cast<R>(kRoles - 1));
  return places;
}

}  // namespace qinglan
