// Phi-3 and Phi-4-mini (arXiv:2404.14219): Llama with q|k|v and gate|up each in one matrix, a window in every
// layer and LongRoPE.
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void read_phi3(const HfConfig& file, ModelConfig& config) {
  read_llama_family(file, config);
  Json parameters = Json::object();
  for (const char* key : {"rope_parameters", "rope_scaling"})
    if (file.has(key)) parameters = file.object(key);
  for (const char* key : {"rope_type", "type"})  // Phi-3's first files wrote yarn and meant LongRoPE
    if (parameters.contains(key) && parameters[key] == "yarn") parameters[key] = "longrope";
  config.rotary = scaled_rotary(file, config, file.get_or<double>("rope_theta", 10000),
                                file.get_or<double>("partial_rotary_factor", 1), parameters);
  if (file.has("sliding_window"))
    read_windows(file, config, file.get<std::int64_t>("sliding_window"), [](std::int64_t) { return true; });
}

void read_gguf_phi3(const GgufFile& file, ModelConfig& config) {
  read_gguf_family(file, config);
  const auto window = file.get_or<std::int64_t>("phi3.attention.sliding_window", std::int64_t{0});
  if (window <= 0) return;
  config.reach = window - 1;
  config.windowed.assign(static_cast<std::size_t>(config.layers), true);
}

}  // namespace

Architecture phi3() {
  return {"phi3",
          ModelKind::decoder,
          {"phi3"},
          {"model.", ""},
          {"phi3"},
          {
              {R::token_embedding, "embed_tokens.weight", "token_embd.weight"},
              {R::attention_norm, "layers.{}.input_layernorm.weight", "blk.{}.attn_norm.weight"},
              {R::q, "layers.{}.self_attn.qkv_proj.weight", "blk.{}.attn_qkv.weight"},
              {R::k, "layers.{}.self_attn.qkv_proj.weight", "blk.{}.attn_qkv.weight"},
              {R::v, "layers.{}.self_attn.qkv_proj.weight", "blk.{}.attn_qkv.weight"},
              {R::o, "layers.{}.self_attn.o_proj.weight", "blk.{}.attn_output.weight"},
              {R::ffn_norm, "layers.{}.post_attention_layernorm.weight", "blk.{}.ffn_norm.weight"},
              {R::gate, "layers.{}.mlp.gate_up_proj.weight", "blk.{}.ffn_up.weight"},
              {R::up, "layers.{}.mlp.gate_up_proj.weight", "blk.{}.ffn_up.weight"},
              {R::down, "layers.{}.mlp.down_proj.weight", "blk.{}.ffn_down.weight"},
              {R::final_norm, "norm.weight", "output_norm.weight"},
              {R::lm_head, "lm_head.weight", "output.weight"},
          },
          read_phi3,
          read_gguf_phi3};
}

}  // namespace qinglan
