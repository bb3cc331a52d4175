#include "text/folder_settings.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/error.h"
#include "io/rows.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

Json read_object(const fs::path& path) {
  if (!fs::is_regular_file(path)) return Json::object();
  Json json = parse_json(read_text(path.string()), path.string());
  if (!json.is_object()) throw Error(ErrorKind::corrupt_data, "the file is no JSON object").in(path.string());
  return json;
}

std::string text_or_empty(const Json& object, const char* key) {
  const auto entry = object.find(key);
  return entry != object.end() && entry->is_string() ? entry->get<std::string>() : "";
}

// A string, or an object with `content` and switches.
std::optional<AddedToken> token_of(const Json& value, bool special) {
  AddedToken token;
  token.special = special;
  if (value.is_string()) {
    token.content = value;
    return token;
  }
  if (!value.is_object()) return std::nullopt;
  token.content = text_or_empty(value, "content");
  const auto set = [&](const char* key, bool& to) {
    const auto entry = value.find(key);
    if (entry != value.end() && entry->is_boolean()) to = *entry;
  };
  set("lstrip", token.lstrip);
  set("rstrip", token.rstrip);
  set("normalized", token.normalized);
  set("single_word", token.single_word);
  if (!special) set("special", token.special);
  return token.content.empty() ? std::nullopt : std::optional(token);
}

std::int32_t id_of(const std::string& text, const std::string& source) {
  std::int32_t id = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (code != std::errc() || end != text.data() + text.size() || id < 0)
    throw Error(ErrorKind::corrupt_data, "an added token's id is not one").in(source).found(text);
  return id;
}

}  // namespace

FolderSettings::FolderSettings(const std::string& folder)
    : source_(folder),
      config_(read_object(fs::path(folder) / "tokenizer_config.json")),
      special_map_(read_object(fs::path(folder) / "special_tokens_map.json")),
      added_(read_object(fs::path(folder) / "added_tokens.json")) {
  tokenizer_class_ = text_or_empty(config_, "tokenizer_class");
  if (tokenizer_class_.ends_with("Fast")) tokenizer_class_.resize(tokenizer_class_.size() - 4);
  model_type_ = text_or_empty(read_object(fs::path(folder) / "config.json"), "model_type");
}

std::optional<bool> FolderSettings::flag(const char* key) const {
  const auto entry = config_.find(key);
  if (entry == config_.end() || entry->is_null()) return std::nullopt;
  if (!entry->is_boolean())
    throw Error(ErrorKind::corrupt_data, std::string(key) + " of tokenizer_config.json")
        .in(source_)
        .expected("true or false")
        .found(entry->dump());
  return entry->get<bool>();
}

std::optional<AddedToken> FolderSettings::named(const char* key) const {
  for (const Json* file : {&config_, &special_map_}) {
    const auto entry = file->find(key);
    if (entry == file->end()) continue;
    if (auto token = token_of(*entry, true)) return token;
  }
  return std::nullopt;
}

std::string FolderSettings::named(const char* key, const std::string& fallback) const {
  const auto token = named(key);
  return token ? token->content : fallback;
}

std::vector<AddedToken> FolderSettings::tokens_with_ids() const {
  std::vector<AddedToken> tokens;
  const auto decoder = config_.find("added_tokens_decoder");
  if (decoder != config_.end() && decoder->is_object()) {
    for (const auto& [id, value] : decoder->items())
      if (auto token = token_of(value, false)) {
        token->id = id_of(id, source_);
        tokens.push_back(*token);
      }
  } else {
    for (const auto& [content, id] : added_.items())
      tokens.push_back({.id = id_of(id.dump(), source_), .content = content});
  }
  std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return tokens;
}

std::vector<AddedToken> FolderSettings::extra_specials() const {
  std::vector<AddedToken> tokens;
  for (const Json* file : {&config_, &special_map_})
    for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
      const auto list = file->find(key);
      if (list == file->end() || !list->is_array()) continue;
      for (const auto& value : *list)
        if (auto token = token_of(value, true)) tokens.push_back(*token);
    }
  return tokens;
}

std::vector<AddedToken> FolderSettings::added_tokens(const Json& vocab,
                                                     const std::vector<Default>& defaults) const {
  std::vector<AddedToken> tokens = tokens_with_ids();
  std::int32_t next = 0;
  for (const auto& [token, id] : vocab.items()) next = std::max(next, id.get<std::int32_t>() + 1);
  for (const auto& token : tokens) next = std::max(next, token.id + 1);
  const auto add = [&](AddedToken token, bool only_known) {
    for (auto& there : tokens)
      if (there.content == token.content) {
        there.special = true;
        return;
      }
    const auto known = vocab.find(token.content);
    if (known == vocab.end() && only_known) return;
    token.id = known != vocab.end() ? known->get<std::int32_t>() : next++;
    tokens.push_back(std::move(token));
  };
  for (const auto& [key, fallback] : defaults) {
    if (const auto token = named(key)) {
      add(*token, false);
    } else if (*fallback) {
      add({.content = fallback, .special = true}, true);
    }
  }
  for (const auto& token : extra_specials()) add(token, false);
  return tokens;
}

}  // namespace qinglan
