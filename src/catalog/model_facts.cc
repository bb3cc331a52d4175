#include "catalog/model_facts.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "io/file_system.h"
#include "io/gguf.h"
#include "io/rows.h"
#include "io/safetensors.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

constexpr int kMostCardLines = 500;  // of a model card's head

Json counts(const TensorMap& tensors) {
  Json types = Json::object();
  for (const auto& [name, view] : tensors) {
    const std::string type = info_of(view.dtype).name;
    types[type] = types.value(type, 0) + 1;
  }
  return types;
}

Json file_facts(const std::string& path, const TensorMap& tensors) {
  return {{"name", stdfs::path(path).filename()},
          {"bytes", stdfs::file_size(path)},
          {"tensors", counts(tensors)}};
}

// The weights with their types, then whatever else lies in the folder.
Json files_in(const ModelSource& source) {
  Json files = Json::array();
  std::set<std::string> weights;
  for (const auto& file : source.weight_files) {
    files.push_back(file_facts(file, SafetensorsFile::open(file).tensors()));
    weights.insert(files.back()["name"]);
  }
  for (const auto& name : real_file_system().list(source.path)) {
    const std::string path = source.path + "/" + name;
    if (!weights.contains(name) && stdfs::is_regular_file(path))
      files.push_back({{"name", name}, {"bytes", stdfs::file_size(path)}});
  }
  return files;
}

// The `license:` of a model card's head, which stands between two lines of "---".
std::optional<std::string> licence_of_card(const std::string& path) {
  std::ifstream card(path);
  std::string line;
  if (!std::getline(card, line) || !line.starts_with("---")) return std::nullopt;
  for (int i = 0; i < kMostCardLines && std::getline(card, line) && !line.starts_with("---"); ++i) {
    if (!line.starts_with("license:")) continue;
    const std::size_t begin = line.find_first_not_of(" \t'\"", 8), end = line.find_last_not_of(" \t\r'\"");
    if (begin != line.npos && end >= begin) return line.substr(begin, end - begin + 1);
  }
  return std::nullopt;
}

void add_gguf_facts(const std::string& path, Json& facts) {
  const GgufFile file = GgufFile::open(path);
  facts["files"] = Json::array({file_facts(path, file.tensors())});
  facts["tokenizer"] = {{"kind", file.get_or<std::string>("tokenizer.ggml.model", "none")},
                        {"file", stdfs::path(path).filename()}};
  facts["chat_template"] = file.metadata().contains("tokenizer.chat_template");
  if (file.metadata().contains("general.license"))
    facts["licence"] = file.get<std::string>("general.license");
}

Json tokenizer_in(const std::string& folder) {
  FileSystem& fs = real_file_system();
  if (const std::string path = folder + "/tokenizer.json"; fs.exists(path)) {
    const Json model = get_field<Json>(parse_json(read_text(path), path), "model", path);
    return {{"kind", model.value("type", "unknown")}, {"file", "tokenizer.json"}};
  }
  static const std::pair<const char*, const char*> kOthers[] = {
      {"tokenizer.model", "SentencePiece"}, {"sentencepiece.bpe.model", "SentencePiece"},
      {"spiece.model", "SentencePiece"},    {"spm.model", "SentencePiece"},
      {"vocab.txt", "WordPiece"},           {"merges.txt", "BPE"}};
  for (const auto& [file, kind] : kOthers)
    if (fs.exists(folder + "/" + file)) return {{"kind", kind}, {"file", file}};
  return {{"kind", "none"}};
}

void add_folder_facts(const ModelSource& source, Json& facts) {
  FileSystem& fs = real_file_system();
  const std::string& folder = source.path;
  facts["files"] = files_in(source);
  facts["tokenizer"] = tokenizer_in(folder);
  bool chat = fs.exists(folder + "/chat_template.jinja") || fs.exists(folder + "/chat_template.json");
  if (const std::string path = folder + "/tokenizer_config.json"; !chat && fs.exists(path)) {
    const Json config = parse_json(read_text(path), path);
    chat = config.is_object() && config.contains("chat_template") && !config["chat_template"].is_null();
  }
  facts["chat_template"] = chat;
  if (const auto licence = licence_of_card(folder + "/README.md")) facts["licence"] = *licence;
}

Json rotary_facts(const Rotary& rotary) {
  if (rotary.theta == 0) return {{"type", "none"}};
  const bool factors = rotary.type == "default" && !rotary.divisor.empty();
  return {{"type", factors ? "factors of the file" : rotary.type},
          {"theta", rotary.theta},
          {"width", rotary.width}};
}

}  // namespace

Json model_facts(const std::string& path) {
  const ModelSource source = resolve_model(path, NeedTokenizer::no);
  const ModelConfig& c = source.config;
  Json facts = {{"path", path},
                {"summary", summary_of(c)},
                {"format", source.format == WeightFormat::gguf ? "gguf" : "safetensors"},
                {"architecture", c.architecture},
                {"kind", c.kind == ModelKind::decoder ? "decoder" : "encoder"},
                {"layers", c.layers},
                {"hidden", c.hidden},
                {"heads", c.heads},
                {"kv_heads", c.kv_heads},
                {"head_dim", c.head_dim},
                {"intermediate", c.intermediate},
                {"vocab", c.vocab},
                {"positions", c.max_positions},
                {"rotary", rotary_facts(c.rotary)},
                {"parameters", parameter_count(c)}};
  if (c.kind == ModelKind::decoder) facts["tied_embeddings"] = c.tied_embeddings;
  if (const auto windowed = std::count(c.windowed.begin(), c.windowed.end(), true))
    facts["window"] = {{"reach", c.reach}, {"layers", windowed}};
  if (source.format == WeightFormat::gguf)
    add_gguf_facts(path, facts);
  else
    add_folder_facts(source, facts);
  return facts;
}

std::string summary_of(const ModelConfig& config) {
  char size[32];
  const auto parameters = static_cast<double>(parameter_count(config));
  std::snprintf(size, sizeof size, parameters < 1e9 ? "%.1fM" : "%.2fG",
                parameters / (parameters < 1e9 ? 1e6 : 1e9));
  return config.architecture + (config.kind == ModelKind::decoder ? " decoder, " : " encoder, ") +
         std::to_string(config.layers) + " blocks, " + size + " parameters";
}

}  // namespace qinglan
