// GPT-2 (Radford et al. 2019): learned positions, LayerNorm, biases everywhere, matrices stored [in, out].
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void set_family(ModelConfig& config) {
  config.norm = Norm::layer;
  config.norm_bias = config.qkv_bias = config.o_bias = config.ffn_bias = true;
  config.learned_positions = true;
  config.gated = false;
}

void read_gpt2(const HfConfig& file, ModelConfig& config) {
  share_heads(file, config);
  set_family(config);
  if (config.intermediate == 0) config.intermediate = 4 * config.hidden;
  config.norm_eps = file.get_or<double>("layer_norm_epsilon", 1e-5);
  config.tied_embeddings = file.get_or<bool>("tie_word_embeddings", true);
  config.activation = activation_of(file, "activation_function", "gelu_new");
  file.refuse(!file.get_or<bool>("scale_attn_weights", true), "attention without a scale");
  file.refuse(file.get_or<bool>("scale_attn_by_inverse_layer_idx", false),
              "attention scaled by the layer's number");
  file.refuse(file.get_or<bool>("add_cross_attention", false), "cross-attention");
}

void read_gguf_gpt2(const GgufFile& file, ModelConfig& config) {
  share_heads(HfConfig(Json::object(), file.path()), config);
  set_family(config);
  config.norm_eps = file.get<double>("gpt2.attention.layer_norm_epsilon");
  config.activation = Activation::gelu_tanh;
  config.tied_embeddings = !file.tensors().contains("output.weight");
}

}  // namespace

Architecture gpt2() {
  const HfLayout transposed = HfLayout::transposed;
  return {"gpt2",
          ModelKind::decoder,
          {"gpt2"},
          {"transformer.", ""},
          {"gpt2"},
          {
              {R::token_embedding, "wte.weight", "token_embd.weight"},
              {R::position_embedding, "wpe.weight", "position_embd.weight"},
              {R::attention_norm, "h.{}.ln_1.weight", "blk.{}.attn_norm.weight"},
              {R::attention_norm_bias, "h.{}.ln_1.bias", "blk.{}.attn_norm.bias"},
              {R::q, "h.{}.attn.c_attn.weight", "blk.{}.attn_qkv.weight", transposed},
              {R::k, "h.{}.attn.c_attn.weight", "blk.{}.attn_qkv.weight", transposed},
              {R::v, "h.{}.attn.c_attn.weight", "blk.{}.attn_qkv.weight", transposed},
              {R::q_bias, "h.{}.attn.c_attn.bias", "blk.{}.attn_qkv.bias"},
              {R::k_bias, "h.{}.attn.c_attn.bias", "blk.{}.attn_qkv.bias"},
              {R::v_bias, "h.{}.attn.c_attn.bias", "blk.{}.attn_qkv.bias"},
              {R::o, "h.{}.attn.c_proj.weight", "blk.{}.attn_output.weight", transposed},
              {R::o_bias, "h.{}.attn.c_proj.bias", "blk.{}.attn_output.bias"},
              {R::ffn_norm, "h.{}.ln_2.weight", "blk.{}.ffn_norm.weight"},
              {R::ffn_norm_bias, "h.{}.ln_2.bias", "blk.{}.ffn_norm.bias"},
              {R::up, "h.{}.mlp.c_fc.weight", "blk.{}.ffn_up.weight", transposed},
              {R::up_bias, "h.{}.mlp.c_fc.bias", "blk.{}.ffn_up.bias"},
              {R::down, "h.{}.mlp.c_proj.weight", "blk.{}.ffn_down.weight", transposed},
              {R::down_bias, "h.{}.mlp.c_proj.bias", "blk.{}.ffn_down.bias"},
              {R::final_norm, "ln_f.weight", "output_norm.weight"},
              {R::final_norm_bias, "ln_f.bias", "output_norm.bias"},
              {R::lm_head, "lm_head.weight", "output.weight"},
          },
          read_gpt2,
          read_gguf_gpt2};
}

}  // namespace qinglan
