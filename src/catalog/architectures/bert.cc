// BERT (Devlin et al. 2019, arXiv:1810.04805), MiniLM and others of its shape; RoBERTa (Liu et al. 2019,
// arXiv:1907.11692) and XLM-RoBERTa, whose positions start after the padding token's row.
#include "base/error.h"
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

using R = WeightRole;

void set_family(ModelConfig& config) {
  config.norm = Norm::layer;
  config.norm_bias = config.qkv_bias = config.o_bias = config.ffn_bias = true;
  config.learned_positions = true;
  config.embedding_norm = true;
  config.gated = false;
  config.residual = Residual::post_norm;
  config.final_norm = false;
}

void read_bert(const HfConfig& file, ModelConfig& config) {
  share_heads(file, config);
  set_family(config);
  config.norm_eps = file.get_or<double>("layer_norm_eps", 1e-12);
  config.type_vocab = file.get_or<std::int64_t>("type_vocab_size", 2);
  config.activation = activation_of(file, "hidden_act", "gelu");
  const auto positions = file.get_or<std::string>("position_embedding_type", "absolute");
  file.refuse(positions != "absolute", positions + " position embeddings");
  file.refuse(file.get_or<bool>("is_decoder", false), "an encoder as a decoder");
}

void read_roberta(const HfConfig& file, ModelConfig& config) {
  read_bert(file, config);
  config.position_offset = file.get_or<std::int64_t>("pad_token_id", 1) + 1;
  config.max_positions -= config.position_offset;
}

void read_gguf_bert(const GgufFile& file, ModelConfig& config) {
  share_heads(HfConfig(Json::object(), file.path()), config);
  set_family(config);
  config.norm_eps = file.get<double>("bert.attention.layer_norm_epsilon");
  config.activation = Activation::gelu;
  const auto& types = file.tensor("token_types.weight");
  config.type_vocab = types.shape.empty() ? 0 : types.shape[0];
}

std::vector<WeightName> bert_weights() {
  return {
      {R::token_embedding, "embeddings.word_embeddings.weight", "token_embd.weight"},
      {R::position_embedding, "embeddings.position_embeddings.weight", "position_embd.weight"},
      {R::type_embedding, "embeddings.token_type_embeddings.weight", "token_types.weight"},
      {R::embedding_norm, "embeddings.LayerNorm.weight", "token_embd_norm.weight"},
      {R::embedding_norm_bias, "embeddings.LayerNorm.bias", "token_embd_norm.bias"},
      {R::q, "encoder.layer.{}.attention.self.query.weight", "blk.{}.attn_q.weight"},
      {R::q_bias, "encoder.layer.{}.attention.self.query.bias", "blk.{}.attn_q.bias"},
      {R::k, "encoder.layer.{}.attention.self.key.weight", "blk.{}.attn_k.weight"},
      {R::k_bias, "encoder.layer.{}.attention.self.key.bias", "blk.{}.attn_k.bias"},
      {R::v, "encoder.layer.{}.attention.self.value.weight", "blk.{}.attn_v.weight"},
      {R::v_bias, "encoder.layer.{}.attention.self.value.bias", "blk.{}.attn_v.bias"},
      {R::o, "encoder.layer.{}.attention.output.dense.weight", "blk.{}.attn_output.weight"},
      {R::o_bias, "encoder.layer.{}.attention.output.dense.bias", "blk.{}.attn_output.bias"},
      {R::attention_norm, "encoder.layer.{}.attention.output.LayerNorm.weight",
       "blk.{}.attn_output_norm.weight"},
      {R::attention_norm_bias, "encoder.layer.{}.attention.output.LayerNorm.bias",
       "blk.{}.attn_output_norm.bias"},
      {R::up, "encoder.layer.{}.intermediate.dense.weight", "blk.{}.ffn_up.weight"},
      {R::up_bias, "encoder.layer.{}.intermediate.dense.bias", "blk.{}.ffn_up.bias"},
      {R::down, "encoder.layer.{}.output.dense.weight", "blk.{}.ffn_down.weight"},
      {R::down_bias, "encoder.layer.{}.output.dense.bias", "blk.{}.ffn_down.bias"},
      {R::ffn_norm, "encoder.layer.{}.output.LayerNorm.weight", "blk.{}.layer_output_norm.weight"},
      {R::ffn_norm_bias, "encoder.layer.{}.output.LayerNorm.bias", "blk.{}.layer_output_norm.bias"},
  };
}

}  // namespace

Architecture bert() {
  return {"bert",   ModelKind::encoder, {"bert"},  {"", "bert."},
          {"bert"}, bert_weights(),     read_bert, read_gguf_bert};
}

// GGUF files of RoBERTa say "bert" and leave the rows before the first position out.
Architecture roberta() {
  return {"roberta",
          ModelKind::encoder,
          {"roberta", "xlm-roberta", "camembert"},
          {"", "roberta."},
          {},
          bert_weights(),
          read_roberta,
          nullptr};
}

}  // namespace qinglan
