#pragma once
// The model architectures the engine knows, as tables without torch: how files name each weight, and what a
// token costs. A new architecture of a known kind is one row in architecture.cc.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

enum class ModelKind { decoder, encoder };
enum class Activation { silu, gelu };  // gelu is the exact one, x Phi(x)

// Shapes and constants of one model. Widths are in elements; [C] = hidden.
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
  std::int64_t max_positions = 0;
  std::int64_t type_vocab = 0;  // encoder only
  double rope_theta = 0;        // decoder only
  double norm_eps = 0;
  bool tied_embeddings = true;  // decoder only: the LM head is the token embedding
  Activation activation = Activation::silu;

  std::int64_t q_width() const { return heads * head_dim; }
  std::int64_t kv_width() const { return kv_heads * head_dim; }
};

// What a weight does in the model, whatever a file calls it.
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
  o,
  o_bias,
  ffn_norm,
  ffn_norm_bias,
  gate,
  up,
  up_bias,
  down,
  down_bias,
  final_norm,
  lm_head,
};

// How llama.cpp's converter stores a weight in GGUF.
enum class GgufLayout {
  plain,
  rotary_interleaved
};  // rotary_interleaved: rows of each head permuted (llama q and k)

struct WeightName {
  WeightRole role;
  const char* hf;    // "{}" stands for the layer number; without the prefix of Architecture::hf_prefixes
  const char* gguf;  // "" where the format has no such model
  GgufLayout layout = GgufLayout::plain;
};

struct Architecture {
  const char* name;
  ModelKind kind;
  std::vector<const char*> hf_model_types;  // `model_type` of config.json
  std::vector<const char*> hf_prefixes;     // what may stand before a name, the usual one first
  const char* gguf_name;                    // `general.architecture`, "" where unsupported
  std::vector<WeightName> weights;
  // Multiply-adds counted as 2, of one token's forward pass through `depth` blocks within a text of `length`
  // tokens, without the LM head.
  double (*forward_flops)(const ModelConfig& config, std::int64_t depth, double length);

  const WeightName* find(WeightRole role) const;  // null when the architecture has no such weight
  std::string hf_name(WeightRole role, std::int64_t layer) const;  // with the usual prefix
};

std::span<const Architecture> architectures();
// Throw Error{unsupported} that lists the known ones.
const Architecture& architecture_named(std::string_view name);
const Architecture& architecture_of_hf(std::string_view model_type, const std::string& source);
const Architecture& architecture_of_gguf(std::string_view gguf_name, const std::string& source);

// "model.layers.{}.x" with the layer put in.
std::string weight_name(std::string_view pattern, std::int64_t layer);

// Forward and, when `trained`, backward (twice the forward) FLOPs of one token; see
// Architecture::forward_flops.
double token_flops(const ModelConfig& config, std::int64_t depth, double length, bool trained);

// Parameters of the whole model.
std::int64_t parameter_count(const ModelConfig& config);

}  // namespace qinglan
