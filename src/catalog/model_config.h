#pragma once
// Shapes, constants and options of one model, without torch. An architecture's reader fills it from
// config.json or GGUF metadata; the backbone computes what it says and knows no architecture by name.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catalog/rotary.h"

namespace qinglan {

enum class ModelKind { decoder, encoder };
// gelu is the exact one, x Phi(x); gelu_tanh its approximation by tanh.
enum class Activation { silu, gelu, gelu_tanh, relu };
enum class Norm { rms, layer };
// Where norms and sums stand in a block, with A attention and F feed-forward.
enum class Residual {
  pre_norm,   // x += A(norm x); x += F(norm x)
  parallel,   // x += A(norm x) + F(norm' x)
  sandwich,   // x += norm A(norm x); x += norm F(norm x)
  post_norm,  // x = norm(x + A(x)); x = norm(x + F(x))
};

constexpr std::int64_t kEveryDistance = std::numeric_limits<std::int64_t>::max() / 2;

// Widths are in elements; [C] = hidden.
struct ModelConfig {
  std::string architecture;  // an Architecture's name
  ModelKind kind = ModelKind::decoder;
  std::int64_t hidden = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;  // = heads unless attention is grouped
  std::int64_t head_dim = 0;
  std::int64_t intermediate = 0;
  std::int64_t vocab = 0;
  std::int64_t max_positions = 0;  // longest text

  // Embeddings
  bool learned_positions = false;    // a table of max_positions + position_offset rows
  std::int64_t position_offset = 0;  // the row of the first token
  std::int64_t type_vocab = 0;       // 0 = no token types
  bool embedding_norm = false;
  double embedding_scale = 1;

  // Attention
  Rotary rotary, local_rotary;  // local_rotary: of layers with a window, where it differs (theta > 0)
  double query_scale = 0;       // of q k^T; 0 = 1 / sqrt(head_dim)
  double attention_cap = 0;     // scores become cap tanh(score / cap); 0 = no cap
  std::int64_t reach =
      kEveryDistance;          // most distance between a token and those it sees, in layers with a window
  std::vector<bool> windowed;  // which layers have the window [layers]; empty = none
  bool qk_norm = false;        // RMSNorm of each head of q and k, before the rotation

  // Blocks
  Norm norm = Norm::rms;
  double norm_eps = 0;
  bool unit_offset_norm = false;  // the scale is 1 + weight
  Residual residual = Residual::pre_norm;
  bool first_attention_norm = true;  // false: layer 0 has no norm before its attention
  bool final_norm = true;
  Activation activation = Activation::silu;
  bool gated = true;  // feed-forward is down(act(gate x) * up x), else down(act(up x))

  // Biases
  bool norm_bias = false, qkv_bias = false, o_bias = false, ffn_bias = false;

  // LM head, decoders only
  bool tied_embeddings = true;
  double logit_cap = 0;  // as attention_cap

  std::int64_t q_width() const { return heads * head_dim; }
  std::int64_t kv_width() const { return kv_heads * head_dim; }
  bool has_window(std::int64_t layer) const {
    return !windowed.empty() && windowed[static_cast<std::size_t>(layer)];
  }
  const Rotary& rotary_of(std::int64_t layer) const {
    return has_window(layer) && local_rotary.theta > 0 ? local_rotary : rotary;
  }
};

// Throws Error{corrupt_data} for a size out of range or sizes that contradict each other.
void check_config(const ModelConfig& config, const std::string& source);

}  // namespace qinglan
