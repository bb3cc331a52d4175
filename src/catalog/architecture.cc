#include "catalog/architecture.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace qinglan {
namespace {

using R = WeightRole;

double decoder_flops(const ModelConfig& c, std::int64_t depth, double length) {
  const double hidden = static_cast<double>(c.hidden), q = static_cast<double>(c.q_width());
  const double projections = hidden * (2 * q + 2 * static_cast<double>(c.kv_width()));
  const double ffn = 3 * hidden * static_cast<double>(c.intermediate);
  const double attention = 2 * q * (length + 1) / 2;  // causal: half of the keys on average
  return 2 * static_cast<double>(depth) * (projections + ffn + attention);
}

double encoder_flops(const ModelConfig& c, std::int64_t depth, double length) {
  const double hidden = static_cast<double>(c.hidden);
  return 2 * static_cast<double>(depth) *
         (4 * hidden * hidden + 2 * hidden * static_cast<double>(c.intermediate) + 2 * hidden * length);
}

Architecture llama() {
  return {
      "llama",
      ModelKind::decoder,
      {"llama"},
      {"model.", ""},
      "llama",
      {
          {R::token_embedding, "embed_tokens.weight", "token_embd.weight"},
          {R::attention_norm, "layers.{}.input_layernorm.weight", "blk.{}.attn_norm.weight"},
          {R::q, "layers.{}.self_attn.q_proj.weight", "blk.{}.attn_q.weight", GgufLayout::rotary_interleaved},
          {R::k, "layers.{}.self_attn.k_proj.weight", "blk.{}.attn_k.weight", GgufLayout::rotary_interleaved},
          {R::v, "layers.{}.self_attn.v_proj.weight", "blk.{}.attn_v.weight"},
          {R::o, "layers.{}.self_attn.o_proj.weight", "blk.{}.attn_output.weight"},
          {R::ffn_norm, "layers.{}.post_attention_layernorm.weight", "blk.{}.ffn_norm.weight"},
          {R::gate, "layers.{}.mlp.gate_proj.weight", "blk.{}.ffn_gate.weight"},
          {R::up, "layers.{}.mlp.up_proj.weight", "blk.{}.ffn_up.weight"},
          {R::down, "layers.{}.mlp.down_proj.weight", "blk.{}.ffn_down.weight"},
          {R::final_norm, "norm.weight", "output_norm.weight"},
          {R::lm_head, "lm_head.weight", "output.weight"},
      },
      decoder_flops};
}

Architecture bert() {
  return {"bert",
          ModelKind::encoder,
          {"bert"},
          {"", "bert."},
          "",
          {
              {R::token_embedding, "embeddings.word_embeddings.weight", ""},
              {R::position_embedding, "embeddings.position_embeddings.weight", ""},
              {R::type_embedding, "embeddings.token_type_embeddings.weight", ""},
              {R::embedding_norm, "embeddings.LayerNorm.weight", ""},
              {R::embedding_norm_bias, "embeddings.LayerNorm.bias", ""},
              {R::q, "encoder.layer.{}.attention.self.query.weight", ""},
              {R::q_bias, "encoder.layer.{}.attention.self.query.bias", ""},
              {R::k, "encoder.layer.{}.attention.self.key.weight", ""},
              {R::k_bias, "encoder.layer.{}.attention.self.key.bias", ""},
              {R::v, "encoder.layer.{}.attention.self.value.weight", ""},
              {R::v_bias, "encoder.layer.{}.attention.self.value.bias", ""},
              {R::o, "encoder.layer.{}.attention.output.dense.weight", ""},
              {R::o_bias, "encoder.layer.{}.attention.output.dense.bias", ""},
              {R::attention_norm, "encoder.layer.{}.attention.output.LayerNorm.weight", ""},
              {R::attention_norm_bias, "encoder.layer.{}.attention.output.LayerNorm.bias", ""},
              {R::up, "encoder.layer.{}.intermediate.dense.weight", ""},
              {R::up_bias, "encoder.layer.{}.intermediate.dense.bias", ""},
              {R::down, "encoder.layer.{}.output.dense.weight", ""},
              {R::down_bias, "encoder.layer.{}.output.dense.bias", ""},
              {R::ffn_norm, "encoder.layer.{}.output.LayerNorm.weight", ""},
              {R::ffn_norm_bias, "encoder.layer.{}.output.LayerNorm.bias", ""},
          },
          encoder_flops};
}

template <typename Matches>
const Architecture& find_architecture(const Matches& matches, std::string_view found,
                                      const std::string& source) {
  std::string known;
  for (const auto& architecture : architectures()) {
    if (matches(architecture)) return architecture;
    known += (known.empty() ? "" : ", ") + std::string(architecture.name);
  }
  throw Error(ErrorKind::unsupported, "this model architecture is not known")
      .in(source)
      .expected("one of " + known)
      .found(std::string(found));
}

}  // namespace

const WeightName* Architecture::find(WeightRole role) const {
  const auto entry =
      std::find_if(weights.begin(), weights.end(), [&](const auto& w) { return w.role == role; });
  return entry == weights.end() ? nullptr : &*entry;
}

std::string Architecture::hf_name(WeightRole role, std::int64_t layer) const {
  const auto* name = find(role);
  QL_CHECK(name, "the architecture has no such weight");
  return (role == WeightRole::lm_head ? "" : hf_prefixes.front()) + weight_name(name->hf, layer);
}

std::span<const Architecture> architectures() {
  static const std::array<Architecture, 2> all{llama(), bert()};
  return all;
}

const Architecture& architecture_named(std::string_view name) {
  return find_architecture([&](const Architecture& a) { return a.name == name; }, name, "");
}

const Architecture& architecture_of_hf(std::string_view model_type, const std::string& source) {
  return find_architecture(
      [&](const Architecture& a) {
        return std::find(a.hf_model_types.begin(), a.hf_model_types.end(), model_type) !=
               a.hf_model_types.end();
      },
      model_type, source);
}

const Architecture& architecture_of_gguf(std::string_view gguf_name, const std::string& source) {
  return find_architecture([&](const Architecture& a) { return *a.gguf_name && a.gguf_name == gguf_name; },
                           gguf_name, source);
}

std::string weight_name(std::string_view pattern, std::int64_t layer) {
  std::string name(pattern);
  const auto hole = name.find("{}");
  if (hole != std::string::npos) name.replace(hole, 2, std::to_string(layer));
  return name;
}

double token_flops(const ModelConfig& config, std::int64_t depth, double length, bool trained) {
  return (trained ? 3 : 1) * architecture_named(config.architecture).forward_flops(config, depth, length);
}

std::int64_t parameter_count(const ModelConfig& c) {
  const std::int64_t attention = c.hidden * (2 * c.q_width() + 2 * c.kv_width());
  if (c.kind == ModelKind::decoder)
    return c.layers * (attention + 3 * c.hidden * c.intermediate + 2 * c.hidden) + c.hidden +
           (c.tied_embeddings ? 1 : 2) * c.vocab * c.hidden;
  const std::int64_t biases = 2 * c.q_width() + 2 * c.kv_width() + c.intermediate + c.hidden;
  return c.layers *
             (attention + biases - c.q_width() + c.hidden + 2 * c.hidden * c.intermediate + 4 * c.hidden) +
         (c.vocab + c.max_positions + c.type_vocab + 2) * c.hidden;
}

}  // namespace qinglan
