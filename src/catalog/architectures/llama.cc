// Llama 2, 3 and 3.x, SmolLM, SmolLM2, TinyLlama, Yi... (Touvron et al. 2023, arXiv:2307.09288), and Mistral
// (Jiang et al. 2023, arXiv:2310.06825), which adds a window. What they share with the decoders after them is
// here too.
#include <cmath>

#include "base/error.h"
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void read_llama(const HfConfig& file, ModelConfig& config) {
  read_llama_family(file, config);
  file.refuse(file.get_or<bool>("rope_interleaved", false), "interleaved rotary embedding");
  config.qkv_bias = config.o_bias = file.get_or<bool>("attention_bias", false);
  config.ffn_bias = file.get_or<bool>("mlp_bias", false);
}

void read_mistral(const HfConfig& file, ModelConfig& config) {
  read_llama_family(file, config);
  if (file.has("sliding_window"))
    read_windows(file, config, file.get<std::int64_t>("sliding_window"), [](std::int64_t) { return true; });
}

void read_gguf_llama(const GgufFile& file, ModelConfig& config) {
  read_gguf_family(file, config);
  config.qkv_bias = file.tensors().contains("blk.0.attn_q.bias");
  config.o_bias = file.tensors().contains("blk.0.attn_output.bias");
  config.ffn_bias = file.tensors().contains("blk.0.ffn_up.bias");
}

std::vector<double> tensor_values(const GgufFile& file, const std::string& name) {
  const auto entry = file.tensors().find(name);
  if (entry == file.tensors().end()) return {};
  if (entry->second.elements() > 4096)
    throw Error(ErrorKind::corrupt_data, "tensor '" + name + "' is too long").in(file.path());
  std::vector<float> values(static_cast<std::size_t>(entry->second.elements()));
  to_float(entry->second, values);
  for (const float value : values)
    if (!(value > 0))
      throw Error(ErrorKind::corrupt_data, "tensor '" + name + "' holds a number that is not positive")
          .in(file.path());
  return {values.begin(), values.end()};
}

// llama.cpp keeps the divisors of Llama 3 and LongRoPE as tensors and other scalings as keys.
void read_gguf_rotary(const GgufFile& file, ModelConfig& config) {
  const std::string name = file.get<std::string>("general.architecture");
  Rotary& rotary = config.rotary;
  rotary.theta = file.get_or<double>(name + ".rope.freq_base", 10000.0);
  rotary.width = file.get_or<std::int64_t>(name + ".rope.dimension_count", config.head_dim);
  rotary.divisor = tensor_values(file, "rope_freqs.weight");
  const auto trained =
      file.get_or<std::int64_t>(name + ".rope.scaling.original_context_length", config.max_positions);
  if (file.tensors().contains("rope_factors_long.weight")) {
    rotary.divisor = tensor_values(file, "rope_factors_short.weight");
    rotary.long_divisor = tensor_values(file, "rope_factors_long.weight");
    rotary.long_from = trained;
    rotary.magnitude = file.get_or<double>(name + ".rope.scaling.attn_factor", 1.0);
  } else if (const auto type = file.get_or<std::string>(name + ".rope.scaling.type", "none");
             type != "none") {
    Json parameters = {{"rope_type", type},
                       {"original_max_position_embeddings", static_cast<double>(trained)}};
    if (const auto factor = file.get_or<double>(name + ".rope.scaling.factor", 0.0); factor > 0)
      parameters["factor"] = factor;
    for (const auto& [key, parameter] : {std::pair{"yarn_beta_fast", "beta_fast"},
                                         {"yarn_beta_slow", "beta_slow"},
                                         {"yarn_attn_factor", "attention_factor"}})
      if (const auto value = file.get_or<double>(name + ".rope.scaling." + key, 0.0); value > 0)
        parameters[parameter] = value;
    scale_rotary(rotary, parameters, config.max_positions, file.path());
  }
  for (const auto* divisor : {&rotary.divisor, &rotary.long_divisor})
    if (!divisor->empty() && static_cast<std::int64_t>(divisor->size()) != rotary.width / 2)
      throw Error(ErrorKind::corrupt_data, "the rotary embedding's divisors are not one a pair")
          .in(file.path())
          .expected(std::to_string(rotary.width / 2))
          .found(std::to_string(divisor->size()));
}

}  // namespace

std::vector<WeightName> llama_weights(GgufLayout q_and_k) {
  const HfLayout plain = HfLayout::plain;
  return {
      {R::token_embedding, "embed_tokens.weight", "token_embd.weight"},
      {R::attention_norm, "layers.{}.input_layernorm.weight", "blk.{}.attn_norm.weight"},
      {R::q, "layers.{}.self_attn.q_proj.weight", "blk.{}.attn_q.weight", plain, q_and_k},
      {R::k, "layers.{}.self_attn.k_proj.weight", "blk.{}.attn_k.weight", plain, q_and_k},
      {R::v, "layers.{}.self_attn.v_proj.weight", "blk.{}.attn_v.weight"},
      {R::q_bias, "layers.{}.self_attn.q_proj.bias", "blk.{}.attn_q.bias", plain, q_and_k},
      {R::k_bias, "layers.{}.self_attn.k_proj.bias", "blk.{}.attn_k.bias", plain, q_and_k},
      {R::v_bias, "layers.{}.self_attn.v_proj.bias", "blk.{}.attn_v.bias"},
      {R::q_norm, "layers.{}.self_attn.q_norm.weight", "blk.{}.attn_q_norm.weight"},
      {R::k_norm, "layers.{}.self_attn.k_norm.weight", "blk.{}.attn_k_norm.weight"},
      {R::o, "layers.{}.self_attn.o_proj.weight", "blk.{}.attn_output.weight"},
      {R::o_bias, "layers.{}.self_attn.o_proj.bias", "blk.{}.attn_output.bias"},
      {R::ffn_norm, "layers.{}.post_attention_layernorm.weight", "blk.{}.ffn_norm.weight"},
      {R::gate, "layers.{}.mlp.gate_proj.weight", "blk.{}.ffn_gate.weight"},
      {R::gate_bias, "layers.{}.mlp.gate_proj.bias", "blk.{}.ffn_gate.bias"},
      {R::up, "layers.{}.mlp.up_proj.weight", "blk.{}.ffn_up.weight"},
      {R::up_bias, "layers.{}.mlp.up_proj.bias", "blk.{}.ffn_up.bias"},
      {R::down, "layers.{}.mlp.down_proj.weight", "blk.{}.ffn_down.weight"},
      {R::down_bias, "layers.{}.mlp.down_proj.bias", "blk.{}.ffn_down.bias"},
      {R::final_norm, "norm.weight", "output_norm.weight"},
      {R::lm_head, "lm_head.weight", "output.weight"},
  };
}

void read_llama_family(const HfConfig& file, ModelConfig& config) {
  config.kv_heads = file.get_or<std::int64_t>("num_key_value_heads", config.heads);
  config.head_dim =
      file.get_or<std::int64_t>("head_dim", config.heads > 0 ? config.hidden / config.heads : 0);
  config.norm_eps = file.get_or<double>("rms_norm_eps", 1e-6);
  config.tied_embeddings = file.get_or<bool>("tie_word_embeddings", false);
  config.rotary = rotary_of(file, config, 10000, 1);
  config.activation = activation_of(file, "hidden_act", "silu");
}

void read_gguf_family(const GgufFile& file, ModelConfig& config) {
  const std::string name = file.get<std::string>("general.architecture");
  config.kv_heads = file.get_or<std::int64_t>(name + ".attention.head_count_kv", config.heads);
  const std::int64_t shared = config.heads > 0 ? config.hidden / config.heads : 0;
  config.head_dim = file.get_or<std::int64_t>(name + ".attention.key_length", shared);
  config.norm_eps = file.get<double>(name + ".attention.layer_norm_rms_epsilon");
  config.tied_embeddings = !file.tensors().contains("output.weight");
  read_gguf_rotary(file, config);
  const HfConfig refusing(Json::object(), file.path());
  refusing.refuse(
      file.get_or<std::int64_t>(name + ".attention.value_length", config.head_dim) != config.head_dim,
      "values of another size than keys");
  refusing.refuse(file.get_or<std::int64_t>(name + ".expert_count", std::int64_t{0}) > 0,
                  "a mixture of experts");
}

Architecture llama() {
  return {"llama",        ModelKind::decoder, {"llama"},
          {"model.", ""}, {"llama"},          llama_weights(GgufLayout::rotary_interleaved),
          read_llama,     read_gguf_llama};
}

// GGUF files of Mistral say "llama", without the window.
Architecture mistral() {
  return {"mistral",    ModelKind::decoder,
          {"mistral"},  {"model.", ""},
          {},           llama_weights(GgufLayout::rotary_interleaved),
          read_mistral, nullptr};
}

}  // namespace qinglan
