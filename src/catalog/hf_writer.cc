#include "catalog/hf_writer.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace qinglan {
namespace {

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::silu:
      return "silu";
    case Activation::gelu:
      return "gelu";
    case Activation::gelu_tanh:
      return "gelu_pytorch_tanh";
    case Activation::relu:
      return "relu";
  }
  QL_CHECK(false, "unknown activation");
}

// Any stretching is a divisor of each pair's frequency, which is what LongRoPE writes down.
Json rope_parameters(const Rotary& rotary, std::int64_t max_positions) {
  Json p = {{"rope_type", "default"}, {"rope_theta", rotary.theta}};
  const auto& d = rotary.divisor;
  const bool even = std::all_of(d.begin(), d.end(), [&](double x) { return x == d.front(); });
  if (even && rotary.long_divisor.empty() && rotary.magnitude == 1) {
    if (!d.empty() && d.front() != 1) p.update({{"rope_type", "linear"}, {"factor", d.front()}});
    return p;
  }
  const std::vector<double> ones(static_cast<std::size_t>(rotary.width / 2), 1.0);
  const auto& near = d.empty() ? ones : d;
  const std::int64_t trained = rotary.long_divisor.empty() ? max_positions : rotary.long_from;
  p.update({{"rope_type", "longrope"},
            {"short_factor", near},
            {"long_factor", rotary.long_divisor.empty() ? near : rotary.long_divisor},
            {"original_max_position_embeddings", trained},
            {"factor", static_cast<double>(max_positions) / static_cast<double>(trained)},
            {"attention_factor", rotary.magnitude}});
  return p;
}

// transformers 5 reads rope_parameters, transformers 4 rope_theta and rope_scaling.
void write_rotary(const ModelConfig& c, Json& json) {
  Json p = rope_parameters(c.rotary, c.max_positions);
  json["rope_theta"] = c.rotary.theta;
  if (const double share = static_cast<double>(c.rotary.width) / static_cast<double>(c.head_dim); share != 1)
    json["partial_rotary_factor"] = p["partial_rotary_factor"] = share;
  if (p.contains("original_max_position_embeddings"))
    json["original_max_position_embeddings"] = p["original_max_position_embeddings"];
  if (p["rope_type"] != "default") json["rope_scaling"] = p;
  json["rope_parameters"] = p;
}

Json sizes(const ModelConfig& c) {
  return {{"hidden_size", c.hidden},        {"num_hidden_layers", c.layers},
          {"num_attention_heads", c.heads}, {"intermediate_size", c.intermediate},
          {"vocab_size", c.vocab},          {"max_position_embeddings", c.max_positions}};
}

Json layer_types(const ModelConfig& c) {
  Json types = Json::array();
  for (std::int64_t layer = 0; layer < c.layers; ++layer)
    types.push_back(c.has_window(layer) ? "sliding_attention" : "full_attention");
  return types;
}

Json llama_family(const ModelConfig& c) {
  Json json = sizes(c);
  json.update({{"num_key_value_heads", c.kv_heads},
               {"head_dim", c.head_dim},
               {"rms_norm_eps", c.norm_eps},
               {"hidden_act", activation_name(c.activation)},
               {"tie_word_embeddings", c.tied_embeddings},
               {"attention_bias", c.qkv_bias},
               {"mlp_bias", c.ffn_bias}});
  write_rotary(c, json);
  return json;
}

Json qwen(const ModelConfig& c) {
  Json json = llama_family(c);
  json.erase("mlp_bias");
  if (c.architecture == "qwen2") json.erase("attention_bias");  // its q, k and v always have one
  return json;
}

Json phi3(const ModelConfig& c) {
  Json json = llama_family(c);
  json["sliding_window"] = c.windowed.empty() ? Json(nullptr) : Json(c.reach + 1);
  return json;
}

Json gemma(const ModelConfig& c) {
  Json json = llama_family(c);
  json["hidden_activation"] = json["hidden_act"];
  json.erase("mlp_bias");
  if (c.architecture == "gemma") return json;
  const auto cap = [](double value) { return value > 0 ? Json(value) : Json(nullptr); };
  json.update({{"query_pre_attn_scalar", 1 / (c.query_scale * c.query_scale)},
               {"attn_logit_softcapping", cap(c.attention_cap)},
               {"final_logit_softcapping", cap(c.logit_cap)},
               {"sliding_window", c.reach + 1},
               {"layer_types", layer_types(c)}});
  if (c.architecture == "gemma2") return json;
  json["model_type"] = "gemma3_text";
  json["rope_local_base_freq"] = c.local_rotary.theta;
  json["rope_parameters"] = {{"full_attention", json["rope_parameters"]},
                             {"sliding_attention", rope_parameters(c.local_rotary, c.max_positions)}};
  return json;
}

Json gpt2(const ModelConfig& c) {
  return {{"n_embd", c.hidden},
          {"n_layer", c.layers},
          {"n_head", c.heads},
          {"n_inner", c.intermediate},
          {"n_positions", c.max_positions},
          {"vocab_size", c.vocab},
          {"layer_norm_epsilon", c.norm_eps},
          {"activation_function", activation_name(c.activation)},
          {"tie_word_embeddings", c.tied_embeddings}};
}

Json gpt_neox(const ModelConfig& c) {
  Json json = sizes(c);
  json.update({{"layer_norm_eps", c.norm_eps},
               {"use_parallel_residual", c.residual == Residual::parallel},
               {"attention_bias", c.qkv_bias},
               {"hidden_act", activation_name(c.activation)},
               {"tie_word_embeddings", c.tied_embeddings},
               {"rotary_emb_base", c.rotary.theta},
               {"rotary_pct", static_cast<double>(c.rotary.width) / static_cast<double>(c.head_dim)}});
  write_rotary(c, json);
  return json;
}

Json bert(const ModelConfig& c) {
  Json json = sizes(c);
  json.update({{"layer_norm_eps", c.norm_eps},
               {"type_vocab_size", c.type_vocab},
               {"hidden_act", activation_name(c.activation)},
               {"position_embedding_type", "absolute"}});
  return json;
}

Json modernbert(const ModelConfig& c) {
  Json json = sizes(c);
  json.update({{"norm_eps", c.norm_eps},
               {"norm_bias", c.norm_bias},
               {"attention_bias", c.qkv_bias},
               {"mlp_bias", c.ffn_bias},
               {"hidden_activation", activation_name(c.activation)},
               {"layer_types", layer_types(c)},
               {"global_rope_theta", c.rotary.theta},
               {"local_rope_theta", c.local_rotary.theta},
               {"rope_parameters",
                {{"full_attention", rope_parameters(c.rotary, c.max_positions)},
                 {"sliding_attention", rope_parameters(c.local_rotary, c.max_positions)}}}});
  if (!c.windowed.empty()) json["local_attention"] = 2 * c.reach;
  return json;
}

}  // namespace

Json hf_config(const ModelConfig& config) {
  using Writer = Json (*)(const ModelConfig&);
  static const std::map<std::string, Writer> writers{
      {"llama", llama_family},   {"qwen2", qwen}, {"qwen3", qwen}, {"gemma", gemma},       {"gemma2", gemma},
      {"gemma3", gemma},         {"phi3", phi3},  {"gpt2", gpt2},  {"gpt_neox", gpt_neox}, {"bert", bert},
      {"modernbert", modernbert}};
  const auto writer = writers.find(config.architecture);
  if (writer == writers.end())
    throw Error(ErrorKind::unsupported, "no config.json can be written for this architecture")
        .found(config.architecture)
        .hint("use the Hugging Face folder of this model, which has one");
  Json json = {{"model_type", config.architecture}};
  json.update(writer->second(config));
  return json;
}

std::string hf_class_stem(const std::string& model_type) {
  static const std::map<std::string, std::string> stems{{"llama", "Llama"},
                                                        {"mistral", "Mistral"},
                                                        {"qwen2", "Qwen2"},
                                                        {"qwen3", "Qwen3"},
                                                        {"gemma", "Gemma"},
                                                        {"gemma2", "Gemma2"},
                                                        {"gemma3_text", "Gemma3Text"},
                                                        {"phi3", "Phi3"},
                                                        {"gpt2", "GPT2"},
                                                        {"gpt_neox", "GPTNeoX"},
                                                        {"opt", "OPT"},
                                                        {"bert", "Bert"},
                                                        {"roberta", "Roberta"},
                                                        {"xlm-roberta", "XLMRoberta"},
                                                        {"camembert", "Camembert"},
                                                        {"modernbert", "ModernBert"}};
  const auto stem = stems.find(model_type);
  if (stem == stems.end())
    throw Error(ErrorKind::unsupported, "no Hugging Face class is known for this model type")
        .found(model_type);
  return stem->second;
}

}  // namespace qinglan
