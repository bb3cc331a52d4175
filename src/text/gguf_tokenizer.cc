#include "text/gguf_tokenizer.h"

#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "io/rows.h"

namespace qinglan {
namespace {

using Metadata = std::map<std::string, GgufValue>;

// llama.cpp's token types that matter here; normal (1), unknown (2), unused (5) and byte (6) tokens are plain
// vocabulary.
constexpr std::int64_t kControl = 3;
constexpr std::int64_t kUserDefined = 4;

template <typename T>
const T* find(const Metadata& metadata, const std::string& key, const std::string& path) {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return nullptr;
  if (const T* value = std::get_if<T>(&entry->second)) return value;
  throw Error(ErrorKind::corrupt_data, "metadata " + key + " has an unexpected type").in(path);
}

template <typename T>
const T& need(const Metadata& metadata, const std::string& key, const std::string& path) {
  if (const T* value = find<T>(metadata, key, path)) return *value;
  throw Error(ErrorKind::corrupt_data, "metadata " + key + " is missing").in(path);
}

Json pre_tokenizer(const std::string& pre, const std::string& path) {
  const Json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  if (pre == "gpt-2") return byte_level;
  if (pre == "smollm") {
    const Json digits = {{"type", "Digits"}, {"individual_digits", true}};
    return {{"type", "Sequence"}, {"pretokenizers", Json::array({digits, byte_level})}};
  }
  throw Error(ErrorKind::unsupported, "the GGUF pre-tokenizer \"" + pre + "\" is not known")
      .in(path)
      .expected("smollm or gpt-2")
      .hint("Use the Hugging Face folder of this model, which carries its tokenizer.json.");
}

std::optional<std::int32_t> token_of(const Metadata& metadata, const std::string& key, std::size_t vocab,
                                     const std::string& path) {
  const auto* id = find<std::int64_t>(metadata, key, path);
  if (!id) return std::nullopt;
  if (*id < 0 || static_cast<std::size_t>(*id) >= vocab)
    throw Error(ErrorKind::corrupt_data, "metadata " + key + " is outside the vocabulary")
        .in(path)
        .expected("below " + std::to_string(vocab))
        .found(std::to_string(*id));
  return static_cast<std::int32_t>(*id);
}

Json added_tokens(const std::vector<std::string>& tokens, const std::vector<std::int64_t>& types) {
  Json added = Json::array();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (types[id] != kControl && types[id] != kUserDefined) continue;
    added.push_back({{"id", id},
                     {"content", tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", types[id] == kControl}});
  }
  return added;
}

Json bpe_model(const std::vector<std::string>& tokens, const std::vector<std::string>& merges,
               const std::string& path) {
  Json vocab = Json::object();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!is_valid_utf8(tokens[id]))
      throw Error(ErrorKind::corrupt_data, "token " + std::to_string(id) + " is not valid UTF-8").in(path);
    if (!vocab.emplace(tokens[id], id).second)
      throw Error(ErrorKind::corrupt_data, "token " + std::to_string(id) + " is there twice").in(path);
  }
  Json pairs = Json::array();
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto space = merges[rank].find(' ', 1);
    if (space == std::string::npos || !is_valid_utf8(merges[rank]))
      throw Error(ErrorKind::corrupt_data,
                  "merge " + std::to_string(rank) + " is not two tokens with a space between")
          .in(path);
    pairs.push_back({merges[rank].substr(0, space), merges[rank].substr(space + 1)});
  }
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false},
          {"vocab", std::move(vocab)},
          {"merges", std::move(pairs)}};
}

// BOS, text, EOS; either may be absent.
Json post_processor(const std::vector<std::string>& tokens, std::optional<std::int32_t> bos,
                    std::optional<std::int32_t> eos) {
  if (!bos && !eos) return nullptr;
  const auto template_for = [&](std::initializer_list<const char*> sequences) {
    Json pieces = Json::array();
    if (bos) pieces.push_back({{"SpecialToken", {{"id", tokens[*bos]}, {"type_id", 0}}}});
    for (const char* sequence : sequences)
      pieces.push_back({{"Sequence", {{"id", sequence}, {"type_id", 0}}}});
    if (eos) pieces.push_back({{"SpecialToken", {{"id", tokens[*eos]}, {"type_id", 0}}}});
    return pieces;
  };
  Json special = Json::object();
  for (const auto& id : {bos, eos})
    if (id)
      special[tokens[*id]] = {
          {"id", tokens[*id]}, {"ids", Json::array({*id})}, {"tokens", Json::array({tokens[*id]})}};
  return {{"type", "TemplateProcessing"},
          {"single", template_for({"A"})},
          {"pair", template_for({"A", "B"})},
          {"special_tokens", std::move(special)}};
}

}  // namespace

RebuiltTokenizer rebuild_tokenizer(const Metadata& metadata, const std::string& path) {
  const auto& model = need<std::string>(metadata, "tokenizer.ggml.model", path);
  if (model != "gpt2")
    throw Error(ErrorKind::unsupported, "the GGUF tokenizer kind \"" + model + "\" is not known")
        .in(path)
        .expected("gpt2 (byte-level BPE)")
        .hint("Use the Hugging Face folder of this model, which carries its tokenizer.json.");
  const auto* pre = find<std::string>(metadata, "tokenizer.ggml.pre", path);
  const auto& tokens = need<std::vector<std::string>>(metadata, "tokenizer.ggml.tokens", path);
  const auto& merges = need<std::vector<std::string>>(metadata, "tokenizer.ggml.merges", path);
  const auto& types = need<std::vector<std::int64_t>>(metadata, "tokenizer.ggml.token_type", path);
  if (types.size() != tokens.size())
    throw Error(ErrorKind::corrupt_data, "token types and tokens differ in number")
        .in(path)
        .expected(std::to_string(tokens.size()))
        .found(std::to_string(types.size()));

  RebuiltTokenizer result;
  result.bos = token_of(metadata, "tokenizer.ggml.bos_token_id", tokens.size(), path);
  result.eos = token_of(metadata, "tokenizer.ggml.eos_token_id", tokens.size(), path);
  const auto wants = [&](const char* key) {
    const bool* value = find<bool>(metadata, key, path);
    return value && *value;
  };
  const auto bos = wants("tokenizer.ggml.add_bos_token") ? result.bos : std::nullopt;
  const auto eos = wants("tokenizer.ggml.add_eos_token") ? result.eos : std::nullopt;
  Json definition = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"normalizer", nullptr},
      {"pre_tokenizer", pre_tokenizer(pre ? *pre : "", path)},
      {"model", bpe_model(tokens, merges, path)},
      {"added_tokens", added_tokens(tokens, types)},
      {"post_processor", post_processor(tokens, bos, eos)},
      {"decoder",
       {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}}}};
  result.json = canonical_json(definition);
  return result;
}

}  // namespace qinglan
