// ModernBERT (Warner et al. 2024, arXiv:2412.13663): an encoder with rotary embedding, GeGLU and a window in
// two of three layers; the embedding norm stands for the first layer's attention norm.
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

// llama.cpp knows the model without biases.
void read_gguf_modernbert(const GgufFile& file, ModelConfig& config) {
  const auto key = [](const char* name) { return std::string("modern-bert.") + name; };
  share_heads(HfConfig(Json::object(), file.path()), config);
  config.norm = Norm::layer;
  config.norm_eps = file.get<double>(key("attention.layer_norm_epsilon"));
  config.embedding_norm = true;
  config.first_attention_norm = false;
  config.activation = Activation::gelu;
  read_gguf_windows(file, config, file.get<std::int64_t>(key("attention.sliding_window")) / 2, 3,
                    FullLayer::first);
  config.rotary = {.theta = file.get_or<double>(key("rope.freq_base"), 160000.0), .width = config.head_dim};
  config.local_rotary = {.theta = file.get_or<double>(key("rope.freq_base_swa"), 10000.0),
                         .width = config.head_dim};
}

}  // namespace

Architecture modernbert() {
  return {"modernbert",
          ModelKind::encoder,
          {"modernbert"},
          {"model.", ""},
          {"modern-bert"},
          {
              {R::token_embedding, "embeddings.tok_embeddings.weight", "token_embd.weight"},
              {R::embedding_norm, "embeddings.norm.weight", "token_embd_norm.weight"},
              {R::embedding_norm_bias, "embeddings.norm.bias", "token_embd_norm.bias"},
              {R::attention_norm, "layers.{}.attn_norm.weight", "blk.{}.attn_norm.weight"},
              {R::attention_norm_bias, "layers.{}.attn_norm.bias", "blk.{}.attn_norm.bias"},
              {R::q, "layers.{}.attn.Wqkv.weight", "blk.{}.attn_qkv.weight"},
              {R::k, "layers.{}.attn.Wqkv.weight", "blk.{}.attn_qkv.weight"},
              {R::v, "layers.{}.attn.Wqkv.weight", "blk.{}.attn_qkv.weight"},
              {R::q_bias, "layers.{}.attn.Wqkv.bias", "blk.{}.attn_qkv.bias"},
              {R::k_bias, "layers.{}.attn.Wqkv.bias", "blk.{}.attn_qkv.bias"},
              {R::v_bias, "layers.{}.attn.Wqkv.bias", "blk.{}.attn_qkv.bias"},
              {R::o, "layers.{}.attn.Wo.weight", "blk.{}.attn_output.weight"},
              {R::o_bias, "layers.{}.attn.Wo.bias", "blk.{}.attn_output.bias"},
              {R::ffn_norm, "layers.{}.mlp_norm.weight", "blk.{}.ffn_norm.weight"},
              {R::ffn_norm_bias, "layers.{}.mlp_norm.bias", "blk.{}.ffn_norm.bias"},
              {R::gate, "layers.{}.mlp.Wi.weight", "blk.{}.ffn_up.weight"},
              {R::up, "layers.{}.mlp.Wi.weight", "blk.{}.ffn_up.weight"},
              {R::gate_bias, "layers.{}.mlp.Wi.bias", "blk.{}.ffn_up.bias"},
              {R::up_bias, "layers.{}.mlp.Wi.bias", "blk.{}.ffn_up.bias"},
              {R::down, "layers.{}.mlp.Wo.weight", "blk.{}.ffn_down.weight"},
              {R::down_bias, "layers.{}.mlp.Wo.bias", "blk.{}.ffn_down.bias"},
              {R::final_norm, "final_norm.weight", "output_norm.weight"},
              {R::final_norm_bias, "final_norm.bias", "output_norm.bias"},
          },
          read_modernbert,
          read_gguf_modernbert};
}

}  // namespace qinglan
