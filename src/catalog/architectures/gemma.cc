// Gemma (arXiv:2403.08295): scales of norms are 1 + weight, embeddings are scaled by sqrt(C), GELU gates.
// Gemma 2 (arXiv:2408.00118) adds norms after attention and feed-forward, soft caps and a window in every
// other layer; Gemma 3 (arXiv:2503.19786) drops the caps, norms q and k, and has five layers with a window to
// one without.
#include <cmath>

#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

constexpr double kLocalTheta = 10000;

std::vector<WeightName> gemma_weights(bool sandwich) {
  auto weights = llama_weights(GgufLayout::plain);
  for (auto& weight : weights) {
    if (sandwich && weight.role == R::ffn_norm) weight.hf = "layers.{}.pre_feedforward_layernorm.weight";
    if (is_norm(weight.role)) weight.gguf_layout = GgufLayout::plus_one;
  }
  const HfLayout plain = HfLayout::plain;
  if (sandwich) {
    weights.push_back({R::attention_post_norm, "layers.{}.post_attention_layernorm.weight",
                       "blk.{}.post_attention_norm.weight", plain, GgufLayout::plus_one});
    weights.push_back({R::ffn_post_norm, "layers.{}.post_feedforward_layernorm.weight",
                       "blk.{}.post_ffw_norm.weight", plain, GgufLayout::plus_one});
  }
  return weights;
}

void set_family(ModelConfig& config) {
  config.unit_offset_norm = true;
  config.embedding_scale = std::sqrt(static_cast<double>(config.hidden));
}

void read_family(const HfConfig& file, ModelConfig& config) {
  read_llama_family(file, config);
  config.head_dim = file.get_or<std::int64_t>("head_dim", 256);
  config.tied_embeddings = file.get_or<bool>("tie_word_embeddings", true);
  config.qkv_bias = config.o_bias = file.get_or<bool>("attention_bias", false);
  // Gemma 1 first wrote `hidden_act: gelu` and meant the approximation; `hidden_activation` says it.
  config.activation = activation_of(file, "hidden_activation", "gelu_pytorch_tanh");
  set_family(config);
}

void read_gemma(const HfConfig& file, ModelConfig& config) {
  read_family(file, config);
  config.rotary = rotary_of(file, config, 10000, 1);
}

void read_caps_and_scale(const HfConfig& file, ModelConfig& config, double attention_cap, double logit_cap) {
  config.residual = Residual::sandwich;
  config.query_scale = 1 / std::sqrt(file.get_or<double>("query_pre_attn_scalar", 256));
  const auto cap = [&](const char* key, double fallback) {
    const auto entry = file.json().find(key);  // null switches a cap off
    return entry == file.json().end() ? fallback : file.get_or<double>(key, 0);
  };
  config.attention_cap = cap("attn_logit_softcapping", attention_cap);
  config.logit_cap = cap("final_logit_softcapping", logit_cap);
  file.refuse(file.get_or<bool>("use_bidirectional_attention", false), "bidirectional attention");
}

void read_gemma2(const HfConfig& file, ModelConfig& config) {
  read_family(file, config);
  config.rotary = rotary_of(file, config, 10000, 1);
  read_caps_and_scale(file, config, 50, 30);
  read_windows(file, config, file.get_or<std::int64_t>("sliding_window", 4096),
               [](std::int64_t layer) { return layer % 2 == 0; });
}

// Files of models with vision leave out what equals transformers' defaults.
void set_gemma3_defaults(ModelConfig& config) {
  if (config.heads == 0) config.heads = 8;
  if (config.vocab == 0) config.vocab = 262208;
  if (config.max_positions == 0) config.max_positions = 131072;
}

void read_gemma3(const HfConfig& file, ModelConfig& config) {
  set_gemma3_defaults(config);
  read_family(file, config);
  config.kv_heads = file.get_or<std::int64_t>("num_key_value_heads", 4);
  config.qk_norm = true;
  read_caps_and_scale(file, config, 0, 0);
  const auto pattern = file.get_or<std::int64_t>("sliding_window_pattern", 6);
  read_windows(file, config, file.get_or<std::int64_t>("sliding_window", 4096),
               [](std::int64_t) { return true; });
  if (!file.has("layer_types"))
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
      config.windowed[static_cast<std::size_t>(layer)] = pattern < 1 || (layer + 1) % pattern != 0;
  const Json nested = file.object("rope_parameters");
  const auto part = [&](const char* kind) {  // transformers 5 has parameters of each kind of layer
    const auto entry = nested.find(kind);
    return entry != nested.end() && entry->is_object() ? *entry : Json(Json::object());
  };
  Json global = part("full_attention");
  global.update(file.object("rope_scaling"));
  config.rotary = scaled_rotary(file, config, file.get_or<double>("rope_theta", 1e6), 1, global);
  config.local_rotary = scaled_rotary(file, config, file.get_or<double>("rope_local_base_freq", kLocalTheta),
                                      1, part("sliding_attention"));
}

void read_gguf_gemma(const GgufFile& file, ModelConfig& config) {
  read_gguf_family(file, config);
  config.activation = Activation::gelu_tanh;
  set_family(config);
}

void read_gguf_sandwich(const GgufFile& file, ModelConfig& config, std::int64_t pattern) {
  const std::string name = file.get<std::string>("general.architecture");
  config.residual = Residual::sandwich;
  read_gguf_windows(file, config, file.get<std::int64_t>(name + ".attention.sliding_window") - 1, pattern,
                    FullLayer::last);
  config.logit_cap = file.get_or<double>(name + ".final_logit_softcapping", 0.0);
}

// The largest model of each generation divides by C / heads, the others by the head's size (as llama.cpp
// decides).
void set_query_scale(ModelConfig& config, std::int64_t layers_of_largest) {
  const auto width = config.layers == layers_of_largest ? config.hidden / config.heads : config.head_dim;
  config.query_scale = 1 / std::sqrt(static_cast<double>(width));
}

void read_gguf_gemma2(const GgufFile& file, ModelConfig& config) {
  read_gguf_gemma(file, config);
  read_gguf_sandwich(file, config, 2);
  set_query_scale(config, 46);
  config.attention_cap = file.get_or<double>("gemma2.attn_logit_softcapping", 50.0);
  config.logit_cap = file.get_or<double>("gemma2.final_logit_softcapping", 30.0);
}

void read_gguf_gemma3(const GgufFile& file, ModelConfig& config) {
  read_gguf_gemma(file, config);
  read_gguf_sandwich(file, config, 6);
  set_query_scale(config, 62);
  config.qk_norm = true;
  config.local_rotary = {.theta = file.get_or<double>("gemma3.rope.freq_base_swa", kLocalTheta),
                         .width = config.rotary.width};
}

}  // namespace

Architecture gemma() {
  return {"gemma",   ModelKind::decoder,   {"gemma"},  {"model.", ""},
          {"gemma"}, gemma_weights(false), read_gemma, read_gguf_gemma};
}

Architecture gemma2() {
  return {"gemma2",   ModelKind::decoder,  {"gemma2"},  {"model.", ""},
          {"gemma2"}, gemma_weights(true), read_gemma2, read_gguf_gemma2};
}

Architecture gemma3() {
  return {"gemma3",
          ModelKind::decoder,
          {"gemma3_text", "gemma3"},
          {"model.", "language_model.model.", "model.language_model.", ""},
          {"gemma3"},
          gemma_weights(true),
          read_gemma3,
          read_gguf_gemma3};
}

}  // namespace qinglan
