// ModernBERT (Warner et al. 2024, arXiv:2412.13663): an encoder with rotary embedding, GeGLU and a window in two of
// three layers; the embedding norm stands for the first layer's attention norm.
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void read_modernbert(const HfConfig& file, ModelConfig& config) {
  share_heads(file, config);
  config.norm = Norm::layer;
  config.norm_eps = file.get_or<double>("norm_eps", 1e-5);
  config.norm_bias = file.get_or<bool>("norm_bias", false);
  config.qkv_bias = config.o_bias = file.get_or<bool>("attention_bias", false);
  config.ffn_bias = file.get_or<bool>("mlp_bias", false);
  config.embedding_norm = true;
  config.first_attention_norm = false;
  config.activation = activation_of(file, "hidden_activation", "gelu");
  // local_attention counts both sides: a token sees half of it to the left and to the right.
  read_windows(file, config, file.get_or<std::int64_t>("local_attention", 128) / 2 + 1,
               [](std::int64_t) { return true; });
  if (!file.has("layer_types")) {
    const auto every = file.get_or<std::int64_t>("global_attn_every_n_layers", 3);
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
      config.windowed[static_cast<std::size_t>(layer)] = every < 1 || layer % every != 0;
  }
  const Json nested = file.get_or<Json>("rope_parameters", Json::object());
  const auto rotary = [&](const char* kind, const char* key, double theta) {
    const auto entry = nested.find(kind);
    return scaled_rotary(file, config, file.get_or<double>(key, theta), 1,
                         entry != nested.end() && entry->is_object() ? *entry : Json(Json::object()));
  };
  config.rotary = rotary("full_attention", "global_rope_theta", 160000);
  config.local_rotary = rotary("sliding_attention", "local_rope_theta", 10000);
}

}  // namespace

Architecture modernbert() {
  return {"modernbert",
          ModelKind::encoder,
          {"modernbert"},
          {"model.", ""},
          {},
          {
              {R::token_embedding, "embeddings.tok_embeddings.weight"},
              {R::embedding_norm, "embeddings.norm.weight"},
              {R::embedding_norm_bias, "embeddings.norm.bias"},
              {R::attention_norm, "layers.{}.attn_norm.weight"},
              {R::attention_norm_bias, "layers.{}.attn_norm.bias"},
              {R::q, "layers.{}.attn.Wqkv.weight"},
              {R::k, "layers.{}.attn.Wqkv.weight"},
              {R::v, "layers.{}.attn.Wqkv.weight"},
              {R::q_bias, "layers.{}.attn.Wqkv.bias"},
              {R::k_bias, "layers.{}.attn.Wqkv.bias"},
              {R::v_bias, "layers.{}.attn.Wqkv.bias"},
              {R::o, "layers.{}.attn.Wo.weight"},
              {R::o_bias, "layers.{}.attn.Wo.bias"},
              {R::ffn_norm, "layers.{}.mlp_norm.weight"},
              {R::ffn_norm_bias, "layers.{}.mlp_norm.bias"},
              {R::gate, "layers.{}.mlp.Wi.weight"},
              {R::up, "layers.{}.mlp.Wi.weight"},
              {R::gate_bias, "layers.{}.mlp.Wi.bias"},
              {R::up_bias, "layers.{}.mlp.Wi.bias"},
              {R::down, "layers.{}.mlp.Wo.weight"},
              {R::down_bias, "layers.{}.mlp.Wo.bias"},
              {R::final_norm, "final_norm.weight"},
              {R::final_norm_bias, "final_norm.bias"},
          },
          read_modernbert,
          nullptr};
}

}  // namespace qinglan
