#include "catalog/model_source.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "io/gguf.h"
#include "io/rows.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestWidth = std::int64_t{1} << 24;

void check_range(std::int64_t value, const char* what, std::int64_t most, const std::string& source) {
  if (value >= 1 && value <= most) return;
  throw Error(ErrorKind::corrupt_data, std::string("the model's ") + what + " is out of range")
      .in(source)
      .expected("1.." + std::to_string(most))
      .found(std::to_string(value));
}

ModelConfig checked(ModelConfig c, const std::string& source) {
  check_range(c.hidden, "hidden size", kLargestWidth, source);
  check_range(c.layers, "number of layers", 1024, source);
  check_range(c.heads, "number of heads", 4096, source);
  check_range(c.kv_heads, "number of key-value heads", c.heads, source);
  check_range(c.head_dim, "head size", 4096, source);
  check_range(c.intermediate, "feed-forward size", kLargestWidth, source);
  check_range(c.vocab, "vocabulary", kLargestWidth, source);
  check_range(c.max_positions, "number of positions", kLargestWidth, source);
  if (c.kind == ModelKind::encoder) check_range(c.type_vocab, "number of token types", kLargestWidth, source);
  if (c.heads % c.kv_heads != 0)
    throw Error(ErrorKind::corrupt_data, "heads are not a multiple of key-value heads")
        .in(source)
        .found(std::to_string(c.heads) + " and " + std::to_string(c.kv_heads));
  if (c.kind == ModelKind::decoder && (c.head_dim % 2 != 0 || !(c.rope_theta > 0)))
    throw Error(ErrorKind::corrupt_data, "rotary embedding needs an even head size and a positive base")
        .in(source);
  if (!(c.norm_eps > 0 && c.norm_eps < 1))
    throw Error(ErrorKind::corrupt_data, "the norm's epsilon is out of range").in(source);
  return c;
}

template <typename T>
T field_or(const Json& object, const char* key, T fallback, const std::string& source) {
  const auto entry = object.find(key);
  return entry == object.end() || entry->is_null() ? fallback : get_field<T>(object, key, source);
}

// An option that changes what the model computes and that this build does not do.
void refuse(bool condition, const std::string& what, const std::string& source) {
  if (condition)
    throw Error(ErrorKind::unsupported, "this model uses " + what + ", which is not supported").in(source);
}

void read_llama(const Json& json, ModelConfig& c, const std::string& source) {
  c.kv_heads = field_or<std::int64_t>(json, "num_key_value_heads", c.heads, source);
  c.head_dim = field_or<std::int64_t>(json, "head_dim", c.heads > 0 ? c.hidden / c.heads : 0, source);
  c.norm_eps = field_or<double>(json, "rms_norm_eps", 1e-6, source);
  c.tied_embeddings = field_or<bool>(json, "tie_word_embeddings", false, source);
  c.rope_theta = field_or<double>(json, "rope_theta", 10000, source);
  c.activation = Activation::silu;
  // transformers 5 writes rope_parameters, 4 wrote rope_theta and rope_scaling.
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    const auto rope = json.find(key);
    if (rope == json.end() || !rope->is_object()) continue;
    c.rope_theta = field_or<double>(*rope, "rope_theta", c.rope_theta, source);
    const auto kind = field_or<std::string>(*rope, "rope_type",
                                            field_or<std::string>(*rope, "type", "default", source), source);
    refuse(kind != "default", "scaled rotary embedding (" + kind + ")", source);
  }
  refuse(field_or<bool>(json, "rope_interleaved", false, source), "interleaved rotary embedding", source);
  refuse(field_or<bool>(json, "attention_bias", false, source), "attention biases", source);
  refuse(field_or<bool>(json, "mlp_bias", false, source), "feed-forward biases", source);
  const auto activation = field_or<std::string>(json, "hidden_act", "silu", source);
  refuse(activation != "silu", "the activation " + activation, source);
}

void read_bert(const Json& json, ModelConfig& c, const std::string& source) {
  c.kv_heads = c.heads;
  c.head_dim = c.heads > 0 ? c.hidden / c.heads : 0;
  if (c.head_dim * c.heads != c.hidden)
    throw Error(ErrorKind::corrupt_data, "the hidden size is not a multiple of the number of heads")
        .in(source);
  c.norm_eps = field_or<double>(json, "layer_norm_eps", 1e-12, source);
  c.type_vocab = field_or<std::int64_t>(json, "type_vocab_size", 2, source);
  c.activation = Activation::gelu;
  const auto activation = field_or<std::string>(json, "hidden_act", "gelu", source);
  refuse(activation != "gelu", "the activation " + activation, source);
  const auto positions = field_or<std::string>(json, "position_embedding_type", "absolute", source);
  refuse(positions != "absolute", positions + " position embeddings", source);
  refuse(field_or<bool>(json, "is_decoder", false, source), "BERT as a decoder", source);
}

ModelConfig config_from_gguf(const GgufFile& file) {
  const auto& source = file.path();
  const auto& name = file.get<std::string>("general.architecture");
  const Architecture& architecture = architecture_of_gguf(name, source);
  const auto integer = [&](const char* key) { return file.get<std::int64_t>(name + key); };
  ModelConfig c;
  c.architecture = architecture.name;
  c.kind = architecture.kind;
  c.hidden = integer(".embedding_length");
  c.layers = integer(".block_count");
  c.heads = integer(".attention.head_count");
  c.kv_heads = file.get_or<std::int64_t>(name + ".attention.head_count_kv", c.heads);
  const std::int64_t default_head = c.heads > 0 ? c.hidden / c.heads : 0;
  c.head_dim = file.get_or<std::int64_t>(name + ".attention.key_length", default_head);
  c.intermediate = integer(".feed_forward_length");
  c.max_positions = integer(".context_length");
  c.rope_theta = file.get_or<double>(name + ".rope.freq_base", 10000.0);
  c.norm_eps = file.get<double>(name + ".attention.layer_norm_rms_epsilon");
  c.tied_embeddings = !file.tensors().contains("output.weight");
  const auto& embedding = file.tensor("token_embd.weight");
  if (embedding.shape.size() != 2)
    throw Error(ErrorKind::corrupt_data, "token_embd.weight is not a matrix").in(source);
  c.vocab = embedding.shape[0];
  const auto scaling = file.get_or<std::string>(name + ".rope.scaling.type", std::string("none"));
  refuse(scaling != "none" || file.tensors().contains("rope_freqs.weight"), "scaled rotary embedding",
         source);
  refuse(file.get_or<std::int64_t>(name + ".rope.dimension_count", c.head_dim) != c.head_dim,
         "partial rotary embedding", source);
  refuse(file.get_or<std::int64_t>(name + ".attention.value_length", c.head_dim) != c.head_dim,
         "values of another size than keys", source);
  refuse(file.get_or<std::int64_t>(name + ".expert_count", std::int64_t{0}) > 0, "a mixture of experts",
         source);
  refuse(file.tensors().contains("blk.0.attn_q.bias"), "attention biases", source);
  return checked(c, source);
}

std::vector<std::string> safetensors_files(const fs::path& folder) {
  const fs::path single = folder / "model.safetensors";
  if (fs::exists(single)) return {single.string()};
  const fs::path index = folder / "model.safetensors.index.json";
  if (!fs::exists(index)) {
    const bool pickle =
        fs::exists(folder / "pytorch_model.bin") || fs::exists(folder / "pytorch_model.bin.index.json");
    throw Error(pickle ? ErrorKind::unsupported : ErrorKind::invalid_input,
                pickle ? "the folder has only pickle weights, which can run code when they are read"
                       : "the folder has no weights")
        .in(folder.string())
        .expected("model.safetensors or model.safetensors.index.json")
        .hint(pickle ? "Save the model again with save_pretrained, which writes safetensors." : "");
  }
  const Json map =
      get_field<Json>(parse_json(read_text(index.string()), index.string()), "weight_map", index.string());
  std::set<std::string> names;
  for (const auto& [weight, file] : map.items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name != fs::path(name).filename().string() || name == "..")
      throw Error(ErrorKind::corrupt_data, "the shard of " + weight + " is not a file name")
          .in(index.string());
    if (!fs::exists(folder / name))
      throw Error(ErrorKind::invalid_input, "the shard " + name + " is not there").in(index.string());
    names.insert((folder / name).string());
  }
  if (names.empty()) throw Error(ErrorKind::corrupt_data, "the index names no shard").in(index.string());
  return {names.begin(), names.end()};
}

}  // namespace

ModelConfig config_from_hf(const std::string& config_json, const std::string& source) {
  const Json json = parse_json(config_json, source);
  const Architecture& architecture =
      architecture_of_hf(get_field<std::string>(json, "model_type", source), source);
  ModelConfig c;
  c.architecture = architecture.name;
  c.kind = architecture.kind;
  c.hidden = get_field<std::int64_t>(json, "hidden_size", source);
  c.layers = get_field<std::int64_t>(json, "num_hidden_layers", source);
  c.heads = get_field<std::int64_t>(json, "num_attention_heads", source);
  c.intermediate = get_field<std::int64_t>(json, "intermediate_size", source);
  c.vocab = get_field<std::int64_t>(json, "vocab_size", source);
  c.max_positions = get_field<std::int64_t>(json, "max_position_embeddings", source);
  if (c.kind == ModelKind::decoder)
    read_llama(json, c, source);
  else
    read_bert(json, c, source);
  return checked(c, source);
}

ModelSource resolve_model(const std::string& path) {
  ModelSource source;
  source.path = path;
  if (!fs::exists(path))
    throw Error(ErrorKind::invalid_input, "there is no such model")
        .in(path)
        .expected("a .gguf file or a Hugging Face folder");
  if (!fs::is_directory(path)) {
    if (fs::path(path).extension() != ".gguf")
      throw Error(ErrorKind::unsupported, "this file is not a model")
          .in(path)
          .expected("a .gguf file or a Hugging Face folder");
    source.weight_files = {path};
    source.tokenizer_path = path;
    source.config = config_from_gguf(GgufFile::open(path));
    return source;
  }
  const fs::path config = fs::path(path) / "config.json", tokenizer = fs::path(path) / "tokenizer.json";
  for (const auto& file : {config, tokenizer})
    if (!fs::exists(file))
      throw Error(ErrorKind::invalid_input, "the model folder has no " + file.filename().string()).in(path);
  source.format = WeightFormat::safetensors;
  source.config_file = config.string();
  source.config = config_from_hf(read_text(source.config_file), source.config_file);
  source.weight_files = safetensors_files(path);
  source.tokenizer_path = path;
  return source;
}

std::string model_digest(const ModelSource& source) {
  std::string parts = source.format == WeightFormat::gguf ? "gguf\n" : "safetensors\n";
  if (!source.config_file.empty()) parts += "config " + sha256_file(source.config_file) + "\n";
  for (const auto& file : source.weight_files) parts += "weights " + sha256_file(file) + "\n";
  return sha256_hex(parts);
}

}  // namespace qinglan
