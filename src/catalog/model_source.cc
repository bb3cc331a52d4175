#include "catalog/model_source.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/tokenizer_files.h"
#include "catalog/weight_index.h"
#include "io/gguf.h"
#include "io/rows.h"
#include "io/tensor_layout.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

constexpr char kModel[] = "a .gguf file or a Hugging Face folder";
constexpr std::int64_t kMostLayers = 1024;  // readers make lists of this length
constexpr std::int64_t kLargestSize = std::int64_t{1} << 24;

std::int64_t check_size(std::int64_t value, const std::string& key, std::int64_t most,
                        const std::string& source) {
  if (value >= 1 && value <= most) return value;
  throw Error(ErrorKind::corrupt_data, "the model's " + key + " is out of range")
      .in(source)
      .expected("1.." + std::to_string(most))
      .found(std::to_string(value));
}

// The first of `keys` that is there, 0 when none is: the architecture may know better.
std::int64_t size_of(const HfConfig& file, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (file.has(key)) return check_size(file.get<std::int64_t>(key), key, kLargestSize, file.source());
  return 0;
}

// Readers of architectures may then calculate with what they find.
void check_numbers(const GgufFile& file, const std::string& architecture) {
  for (const auto& [key, value] : file.metadata()) {
    if (!key.starts_with(architecture + ".")) continue;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) check_integer(*integer, key, file.path());
    if (const auto* real = std::get_if<double>(&value); real && !std::isfinite(*real))
      throw Error(ErrorKind::corrupt_data, "key '" + key + "' is not finite").in(file.path());
  }
}

std::vector<std::string> safetensors_files(const fs::path& folder) {
  const fs::path single = folder / "model.safetensors";
  if (fs::exists(single)) return {single.string()};
  if (!fs::exists(folder / kWeightIndexFile)) {
    const bool pickle =
        fs::exists(folder / "pytorch_model.bin") || fs::exists(folder / "pytorch_model.bin.index.json");
    throw Error(pickle ? ErrorKind::unsupported : ErrorKind::invalid_input,
                pickle ? "the folder has only pickle weights, which can run code when they are read"
                       : "the folder has no weights")
        .in(folder.string())
        .expected("model.safetensors or model.safetensors.index.json")
        .hint(pickle ? "Save the model again with save_pretrained, which writes safetensors." : "");
  }
  return indexed_weight_files(folder.string());
}

}  // namespace

ModelConfig config_from_gguf(const GgufFile& file) {
  const auto& source = file.path();
  const auto& name = file.get<std::string>("general.architecture");
  const Architecture& architecture = architecture_of_gguf(name, source);
  check_numbers(file, name);
  const auto size = [&](const std::string& key, std::int64_t most) {
    return check_size(file.get<std::int64_t>(name + key), name + key, most, source);
  };
  ModelConfig c;
  c.architecture = architecture.name;
  c.kind = architecture.kind;
  c.hidden = size(".embedding_length", kLargestSize);
  c.layers = size(".block_count", kMostLayers);
  c.heads = size(".attention.head_count", kLargestSize);
  c.intermediate = size(".feed_forward_length", kLargestSize);
  c.max_positions = size(".context_length", kLargestSize);
  const auto& embedding = file.tensor("token_embd.weight");
  if (embedding.shape.size() != 2)
    throw Error(ErrorKind::corrupt_data, "token_embd.weight is not a matrix").in(source);
  c.vocab = embedding.shape[0];
  architecture.read_gguf(file, c);
  check_config(c, source);
  return c;
}

ModelConfig config_from_hf(const std::string& config_json, const std::string& source) {
  const Json json = parse_json(config_json, source);
  const Architecture& architecture =
      architecture_of_hf(get_field<std::string>(json, "model_type", source), source);
  // A model with vision keeps its decoder's settings one level down.
  const auto text = json.find("text_config");
  const HfConfig file(text != json.end() && text->is_object() ? *text : json, source);
  ModelConfig c;
  c.architecture = architecture.name;
  c.kind = architecture.kind;
  c.hidden = size_of(file, {"hidden_size", "n_embd"});
  c.layers = size_of(file, {"num_hidden_layers", "n_layer"});
  c.heads = size_of(file, {"num_attention_heads", "n_head"});
  c.intermediate = size_of(file, {"intermediate_size", "ffn_dim", "n_inner"});
  c.vocab = size_of(file, {"vocab_size"});
  c.max_positions = size_of(file, {"max_position_embeddings", "n_positions"});
  check_size(c.layers, "number of layers", kMostLayers, source);
  architecture.read_hf(file, c);
  check_config(c, source);
  return c;
}

ModelSource resolve_model(const std::string& path, NeedTokenizer need) {
  ModelSource source;
  source.path = path;
  if (!fs::exists(path))
    throw Error(ErrorKind::invalid_input, "there is no such model").in(path).expected(kModel);
  if (!fs::is_directory(path)) {
    if (fs::path(path).extension() != ".gguf") {
      refuse_foreign_format(MappedFile::open(path).bytes(), path, kModel);
      throw Error(ErrorKind::unsupported, "this file is not a model").in(path).expected(kModel);
    }
    source.weight_files = {path};
    source.tokenizer_path = path;
    source.config = config_from_gguf(GgufFile::open(path));
    return source;
  }
  const fs::path config = fs::path(path) / "config.json";
  if (!fs::exists(config))
    throw Error(ErrorKind::invalid_input, "the model folder has no config.json").in(path);
  if (need == NeedTokenizer::yes && !find_tokenizer_files(path))
    throw Error(ErrorKind::invalid_input, "the model folder has no tokenizer")
        .in(path)
        .expected(known_tokenizer_files());
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
