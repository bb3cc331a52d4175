// OPT (Zhang et al. 2022, arXiv:2205.01068): learned positions that start at row 2, ReLU. OPT-350m, which
// projects its embeddings, is refused by name.
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void read_opt(const HfConfig& file, ModelConfig& config) {
  share_heads(file, config);
  file.refuse(file.get_or<std::int64_t>("word_embed_proj_dim", config.hidden) != config.hidden,
              "embeddings of another width than the hidden state (OPT-350m)");
  file.refuse(!file.get_or<bool>("layer_norm_elementwise_affine", true), "norms without weights");
  config.norm = Norm::layer;
  config.norm_eps = 1e-5;
  config.norm_bias = true;
  config.qkv_bias = config.o_bias = config.ffn_bias = file.get_or<bool>("enable_bias", true);
  config.learned_positions = true;
  config.position_offset = 2;
  config.gated = false;
  const bool before = file.get_or<bool>("do_layer_norm_before", true);
  config.residual = before ? Residual::pre_norm : Residual::post_norm;
  config.final_norm = before && !file.get_or<bool>("_remove_final_layer_norm", false);
  config.tied_embeddings = file.get_or<bool>("tie_word_embeddings", true);
  config.activation = activation_of(file, "activation_function", "relu");
}

}  // namespace

Architecture opt() {
  return {"opt",
          ModelKind::decoder,
          {"opt"},
          {"model.decoder.", "decoder.", ""},
          {},
          {
              {R::token_embedding, "embed_tokens.weight"},
              {R::position_embedding, "embed_positions.weight"},
              {R::attention_norm, "layers.{}.self_attn_layer_norm.weight"},
              {R::attention_norm_bias, "layers.{}.self_attn_layer_norm.bias"},
              {R::q, "layers.{}.self_attn.q_proj.weight"},
              {R::q_bias, "layers.{}.self_attn.q_proj.bias"},
              {R::k, "layers.{}.self_attn.k_proj.weight"},
              {R::k_bias, "layers.{}.self_attn.k_proj.bias"},
              {R::v, "layers.{}.self_attn.v_proj.weight"},
              {R::v_bias, "layers.{}.self_attn.v_proj.bias"},
              {R::o, "layers.{}.self_attn.out_proj.weight"},
              {R::o_bias, "layers.{}.self_attn.out_proj.bias"},
              {R::ffn_norm, "layers.{}.final_layer_norm.weight"},
              {R::ffn_norm_bias, "layers.{}.final_layer_norm.bias"},
              {R::up, "layers.{}.fc1.weight"},
              {R::up_bias, "layers.{}.fc1.bias"},
              {R::down, "layers.{}.fc2.weight"},
              {R::down_bias, "layers.{}.fc2.bias"},
              {R::final_norm, "final_layer_norm.weight"},
              {R::final_norm_bias, "final_layer_norm.bias"},
              {R::lm_head, "lm_head.weight"},
          },
          read_opt,
          nullptr};
}

}  // namespace qinglan
