#include "catalog/chat_template.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/listed.h"
#include "catalog/special_tokens.h"
#include "io/gguf.h"
#include "io/rows.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

std::optional<ChatTemplateSource> from_gguf(const std::string& path) {
  const GgufFile file = GgufFile::open(path);
  if (!file.metadata().contains("tokenizer.chat_template")) return std::nullopt;
  ChatTemplateSource source{file.get<std::string>("tokenizer.chat_template"), path, {}};
  const auto vocabulary = file.get_or<std::vector<std::string>>("tokenizer.ggml.tokens", {});
  for (const auto& name : kSpecialTokens) {
    const auto id = file.get_or<std::int64_t>(name.gguf, -1);
    if (id >= 0 && static_cast<std::size_t>(id) < vocabulary.size()) source.tokens[name.hf] = vocabulary[id];
  }
  return source;
}

std::optional<std::string> template_of(const Json& config, const std::string& file) {
  const Json value = config.value("chat_template", Json());
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return value.get<std::string>();
  std::vector<std::string> names;
  for (const auto& item : value.is_array() ? value : Json::array()) {
    if (!item.is_object() || !item.value("name", Json()).is_string() ||
        !item.value("template", Json()).is_string())
      break;
    if (item["name"] == "default") return item["template"].get<std::string>();
    names.push_back(item["name"]);
  }
  if (names.empty())
    throw Error(ErrorKind::corrupt_data, "chat_template has an unexpected form")
        .in(file)
        .expected("a text, or a list of {\"name\", \"template\"}");
  throw Error(ErrorKind::unsupported, "the model has several chat templates and none is the default")
      .in(file)
      .expected("one named default")
      .found(listed(names));
}

std::optional<ChatTemplateSource> from_folder(const fs::path& folder) {
  ChatTemplateSource source;
  const fs::path config_path = folder / "tokenizer_config.json", jinja_path = folder / "chat_template.jinja";
  std::optional<std::string> text;
  if (fs::exists(config_path)) {
    source.file = config_path.string();
    const Json config = parse_json(read_text(source.file), source.file);
    if (!config.is_object())
      throw Error(ErrorKind::corrupt_data, "a tokenizer's config is a JSON object").in(source.file);
    for (const auto& name : kSpecialTokens)
      if (const auto token = special_token_text(config, name.hf)) source.tokens[name.hf] = *token;
    if (!fs::exists(jinja_path)) text = template_of(config, source.file);
  }
  if (fs::exists(jinja_path)) {
    source.file = jinja_path.string();
    text = read_text(source.file);
  }
  if (!text) return std::nullopt;
  source.text = *std::move(text);
  return source;
}

}  // namespace

std::optional<ChatTemplateSource> find_chat_template(const std::string& tokenizer_path) {
  const fs::path path(tokenizer_path);
  if (path.extension() == ".gguf") return from_gguf(tokenizer_path);
  return from_folder(fs::is_directory(path) ? path : path.parent_path());
}

std::string digest_of(const ChatTemplateSource& source) {
  return sha256_hex(canonical_json({{"template", source.text}, {"tokens", source.tokens}}));
}

}  // namespace qinglan
