#include "export/gguf_keys.h"

#include <optional>
#include <set>

#include "base/error.h"

namespace qinglan {
namespace {

// llama.cpp's token types.
enum TokenType : std::int32_t { kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5 };

[[noreturn]] void refuse(const LoadedModel& model, const std::string& why) {
  throw Error(ErrorKind::unsupported, "this model cannot be written as GGUF: " + why)
      .in(model.source.path)
      .hint("--format hf always works; llama.cpp's converter may know the model");
}

std::string gguf_name(const LoadedModel& model) {
  const ModelConfig& config = model.backbone.config();
  const std::string& name = config.architecture;
  if (name == "mistral") {
    if (!config.windowed.empty()) refuse(model, "GGUF's Llama has no attention window");
    return "llama";
  }
  if (name == "qwen2" && !config.windowed.empty()) refuse(model, "GGUF's Qwen2 has no attention window");
  if (name != "llama" && name != "qwen2" && name != "qwen3")
    refuse(model, "from a Hugging Face folder only Llama, Mistral, Qwen2 and Qwen3 are, not " + name);
  return name;
}

void add_sizes(GgufWriter& writer, const LoadedModel& model, const std::string& name) {
  const ModelConfig& c = model.backbone.config();
  const auto size = [&](const char* key, std::int64_t value) {
    writer.set(name + key, static_cast<std::uint32_t>(value));
  };
  size(".context_length", c.max_positions);
  size(".embedding_length", c.hidden);
  size(".block_count", c.layers);
  size(".feed_forward_length", c.intermediate);
  size(".vocab_size", c.vocab);
  size(".attention.head_count", c.heads);
  size(".attention.head_count_kv", c.kv_heads);
  size(".attention.key_length", c.head_dim);
  size(".attention.value_length", c.head_dim);
  writer.set(name + ".attention.layer_norm_rms_epsilon", static_cast<float>(c.norm_eps));
  size(".rope.dimension_count", c.rotary.width);
  writer.set(name + ".rope.freq_base", static_cast<float>(c.rotary.theta));
  if (!c.rotary.long_divisor.empty() || c.rotary.magnitude != 1)
    refuse(model, "its rotary embedding changes with the text's length or scales attention");
  if (c.rotary.divisor.empty()) return;
  const std::vector<float> divisor(c.rotary.divisor.begin(), c.rotary.divisor.end());
  if (std::set(divisor.begin(), divisor.end()).size() == 1) {
    writer.set(name + ".rope.scaling.type", "linear");
    writer.set(name + ".rope.scaling.factor", divisor.front());
    return;
  }
  if (name != "llama") refuse(model, "its rotary embedding is stretched in a way that only GGUF's Llama has");
  writer.add("rope_freqs.weight", DType::f32, {static_cast<std::int64_t>(divisor.size())},
             encode_values(divisor, DType::f32));
}

// llama.cpp's name of a way to split texts before BPE, known by what a tokenizer.json of that way says.
std::string pre_name(const LoadedModel& model, const Json& definition) {
  const Json pre = definition.value("pre_tokenizer", Json());
  const auto is_byte_level = [](const Json& step) {
    return step.value("type", "") == "ByteLevel" && !step.value("add_prefix_space", true) &&
           step.value("use_regex", true);
  };
  if (pre.is_object() && is_byte_level(pre)) return "gpt-2";
  if (pre.is_object() && pre.value("type", "") == "Sequence") {
    const Json steps = pre.value("pretokenizers", Json::array());
    if (steps.size() == 2 && steps[0].value("type", "") == "Digits" &&
        steps[0].value("individual_digits", false) && is_byte_level(steps[1]))
      return "smollm";
  }
  refuse(model, "llama.cpp has no name that is known here for the way its tokenizer splits texts");
}

std::string merge_text(const Json& merge) {
  return merge.is_string() ? merge.get<std::string>()
                           : merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>();
}

struct Vocabulary {
  std::vector<std::string> tokens;
  std::vector<std::int32_t> types;
};

Vocabulary vocabulary_of(const LoadedModel& model, const Json& definition) {
  Vocabulary v;
  const std::int64_t count = model.backbone.config().vocab;
  for (std::int64_t id = 0; id < count; ++id) v.tokens.push_back("[PAD" + std::to_string(id) + "]");
  v.types.assign(static_cast<std::size_t>(count), kUnused);
  for (const auto& [token, id] : definition["model"]["vocab"].items()) {
    v.tokens.at(id.get<std::size_t>()) = token;
    v.types.at(id.get<std::size_t>()) = kNormal;
  }
  for (const auto& token : definition.value("added_tokens", Json::array())) {
    const auto id = token.at("id").get<std::size_t>();
    v.tokens.at(id) = token.at("content").get<std::string>();
    v.types.at(id) = token.value("special", false) ? kControl : kUserDefined;
  }
  return v;
}

void add_tokenizer(GgufWriter& writer, const LoadedModel& model) {
  const Json definition = parse_json(model.tokenizer.definition(), "tokenizer.json");
  const Json bpe = definition.value("model", Json::object());
  if (bpe.value("type", "BPE") != "BPE" || bpe.value("byte_fallback", false) ||
      !definition.value("normalizer", Json()).is_null())
    refuse(model, "its tokenizer is not byte-level BPE without a normalizer");
  const std::int64_t prefix = model.tokenizer.special_prefix(), suffix = model.tokenizer.special_suffix();
  if (prefix > 1 || suffix > 1) refuse(model, "its tokenizer puts several tokens around a text");
  writer.set("tokenizer.ggml.model", "gpt2");
  writer.set("tokenizer.ggml.pre", pre_name(model, definition));
  const Vocabulary vocabulary = vocabulary_of(model, definition);
  writer.set("tokenizer.ggml.tokens", vocabulary.tokens);
  writer.set("tokenizer.ggml.token_type", vocabulary.types);
  std::vector<std::string> merges;
  for (const auto& merge : bpe.value("merges", Json::array())) merges.push_back(merge_text(merge));
  writer.set("tokenizer.ggml.merges", merges);
  const auto around = model.tokenizer.encode("a", true);
  const auto bos = prefix > 0 ? std::optional(around.front()) : model.tokenizer.bos();
  const auto eos = suffix > 0 ? std::optional(around.back()) : model.tokenizer.eos();
  if (bos) writer.set("tokenizer.ggml.bos_token_id", static_cast<std::uint32_t>(*bos));
  if (eos) writer.set("tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(*eos));
  writer.set("tokenizer.ggml.add_bos_token", prefix > 0);
  writer.set("tokenizer.ggml.add_eos_token", suffix > 0);
}

}  // namespace

void add_gguf_keys(GgufWriter& writer, const LoadedModel& model) {
  const std::string name = gguf_name(model);
  writer.set("general.architecture", name);
  writer.set("general.type", "model");
  add_sizes(writer, model, name);
  add_tokenizer(writer, model);
}

}  // namespace qinglan
