// GPT-NeoX and Pythia (Black et al. 2022, arXiv:2204.06745; Biderman et al. 2023, arXiv:2304.01373):
// attention and feed-forward side by side, a quarter of each head rotates, q, k and v of a head stand
// together.
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void set_family(ModelConfig& config, bool parallel) {
  config.norm = Norm::layer;
  config.norm_bias = config.ffn_bias = true;
  config.gated = false;
  config.residual = parallel ? Residual::parallel : Residual::pre_norm;
}

void read_gpt_neox(const HfConfig& file, ModelConfig& config) {
  share_heads(file, config);
  set_family(config, file.get_or<bool>("use_parallel_residual", true));
  config.qkv_bias = config.o_bias = file.get_or<bool>("attention_bias", true);
  config.norm_eps = file.get_or<double>("layer_norm_eps", 1e-5);
  config.tied_embeddings = file.get_or<bool>("tie_word_embeddings", false);
  config.activation = activation_of(file, "hidden_act", "gelu");
  config.rotary = rotary_of(file, config, file.get_or<double>("rotary_emb_base", 10000),
                            file.get_or<double>("rotary_pct", 0.25));
}

void read_gguf_gpt_neox(const GgufFile& file, ModelConfig& config) {
  share_heads(HfConfig(Json::object(), file.path()), config);
  set_family(config, file.get_or<bool>("gptneox.use_parallel_residual", true));
  config.qkv_bias = file.tensors().contains("blk.0.attn_qkv.bias");
  config.o_bias = file.tensors().contains("blk.0.attn_output.bias");
  config.norm_eps = file.get<double>("gptneox.attention.layer_norm_epsilon");
  config.activation = Activation::gelu;
  config.tied_embeddings = !file.tensors().contains("output.weight");
  config.rotary = {.theta = file.get_or<double>("gptneox.rope.freq_base", 10000.0),
                   .width = file.get<std::int64_t>("gptneox.rope.dimension_count")};
}

}  // namespace

Architecture gpt_neox() {
  const HfLayout by_head = HfLayout::by_head;
  return {"gpt_neox",
          ModelKind::decoder,
          {"gpt_neox"},
          {"gpt_neox.", ""},
          {"gptneox"},
          {
              {R::token_embedding, "embed_in.weight", "token_embd.weight"},
              {R::attention_norm, "layers.{}.input_layernorm.weight", "blk.{}.attn_norm.weight"},
              {R::attention_norm_bias, "layers.{}.input_layernorm.bias", "blk.{}.attn_norm.bias"},
              {R::q, "layers.{}.attention.query_key_value.weight", "blk.{}.attn_qkv.weight", by_head},
              {R::k, "layers.{}.attention.query_key_value.weight", "blk.{}.attn_qkv.weight", by_head},
              {R::v, "layers.{}.attention.query_key_value.weight", "blk.{}.attn_qkv.weight", by_head},
              {R::q_bias, "layers.{}.attention.query_key_value.bias", "blk.{}.attn_qkv.bias", by_head},
              {R::k_bias, "layers.{}.attention.query_key_value.bias", "blk.{}.attn_qkv.bias", by_head},
              {R::v_bias, "layers.{}.attention.query_key_value.bias", "blk.{}.attn_qkv.bias", by_head},
              {R::o, "layers.{}.attention.dense.weight", "blk.{}.attn_output.weight"},
              {R::o_bias, "layers.{}.attention.dense.bias", "blk.{}.attn_output.bias"},
              {R::ffn_norm, "layers.{}.post_attention_layernorm.weight", "blk.{}.ffn_norm.weight"},
              {R::ffn_norm_bias, "layers.{}.post_attention_layernorm.bias", "blk.{}.ffn_norm.bias"},
              {R::up, "layers.{}.mlp.dense_h_to_4h.weight", "blk.{}.ffn_up.weight"},
              {R::up_bias, "layers.{}.mlp.dense_h_to_4h.bias", "blk.{}.ffn_up.bias"},
              {R::down, "layers.{}.mlp.dense_4h_to_h.weight", "blk.{}.ffn_down.weight"},
              {R::down_bias, "layers.{}.mlp.dense_4h_to_h.bias", "blk.{}.ffn_down.bias"},
              {R::final_norm, "final_layer_norm.weight", "output_norm.weight"},
              {R::final_norm_bias, "final_layer_norm.bias", "output_norm.bias"},
              {R::lm_head, "embed_out.weight", "output.weight"},
          },
          read_gpt_neox,
          read_gguf_gpt_neox};
}

}  // namespace qinglan
