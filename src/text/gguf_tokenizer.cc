#include "text/gguf_tokenizer.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "text/byte_level.h"
#include "text/sentencepiece.h"
#include "text/wordpiece.h"

namespace qinglan {
namespace {

// The keys below `tokenizer.ggml.`.
class TokenizerKeys {
 public:
  TokenizerKeys(const std::map<std::string, GgufValue>& metadata, const std::string& path)
      : metadata_(metadata),
        path_(path),
        tokens_(need<std::vector<std::string>>("tokens")),
        types_(need<std::vector<std::int64_t>>("token_type")) {
    need_one_each("token types", types_.size());
    for (std::size_t id = 0; id < types_.size(); ++id)
      if (types_[id] < 0 || types_[id] > 6)
        throw Error(ErrorKind::corrupt_data, "token " + std::to_string(id) + " has an unknown type")
            .in(path_)
            .expected("0 to 6")
            .found(std::to_string(types_[id]));
  }

  const std::string& path() const { return path_; }
  const std::vector<std::string>& tokens() const { return tokens_; }
  PieceType type(std::size_t id) const { return static_cast<PieceType>(types_[id]); }

  std::string architecture() const {
    const auto entry = metadata_.find("general.architecture");
    const auto* name = entry == metadata_.end() ? nullptr : std::get_if<std::string>(&entry->second);
    return name ? *name : "";
  }

  template <typename T>
  const T* find(const std::string& key) const {
    const auto entry = metadata_.find("tokenizer.ggml." + key);
    if (entry == metadata_.end()) return nullptr;
    if (const T* value = std::get_if<T>(&entry->second)) return value;
    throw Error(ErrorKind::corrupt_data, "metadata tokenizer.ggml." + key + " has an unexpected type")
        .in(path_);
  }
  template <typename T>
  const T& need(const std::string& key) const {
    if (const T* value = find<T>(key)) return *value;
    throw Error(ErrorKind::corrupt_data, "metadata tokenizer.ggml." + key + " is missing").in(path_);
  }
  bool flag(const std::string& key, bool fallback) const {
    const bool* value = find<bool>(key);
    return value ? *value : fallback;
  }

  // The token that `key` names by id.
  std::optional<SpecialToken> token(const std::string& key) const {
    const auto* id = find<std::int64_t>(key);
    if (!id) return std::nullopt;
    if (*id < 0 || static_cast<std::size_t>(*id) >= tokens_.size())
      throw Error(ErrorKind::corrupt_data, "metadata tokenizer.ggml." + key + " is outside the vocabulary")
          .in(path_)
          .expected("below " + std::to_string(tokens_.size()))
          .found(std::to_string(*id));
    return SpecialToken{tokens_[*id], static_cast<std::int32_t>(*id)};
  }

  void need_one_each(const char* what, std::size_t count) const {
    if (count == tokens_.size()) return;
    throw Error(ErrorKind::corrupt_data, std::string(what) + " and tokens differ in number")
        .in(path_)
        .expected(std::to_string(tokens_.size()))
        .found(std::to_string(count));
  }

 private:
  const std::map<std::string, GgufValue>& metadata_;
  const std::string& path_;
  const std::vector<std::string>& tokens_;
  const std::vector<std::int64_t>& types_;
};

// Tokens matched whole in a text, in file order.
Json added_tokens(const TokenizerKeys& keys) {
  Json added = Json::array();
  for (std::size_t id = 0; id < keys.tokens().size(); ++id) {
    const PieceType type = keys.type(id);
    if (type == PieceType::control || type == PieceType::user_defined)
      added.push_back(to_json(AddedToken{.id = static_cast<std::int32_t>(id),
                                         .content = keys.tokens()[id],
                                         .special = type == PieceType::control}));
  }
  return added;
}

// BOS, text, EOS as far as the file, or else its kind, wants them.
Json ends(const TokenizerKeys& keys, bool adds_bos, bool adds_eos) {
  return template_processing(
      keys.flag("add_bos_token", adds_bos) ? keys.token("bos_token_id") : std::nullopt,
      keys.flag("add_eos_token", adds_eos) ? keys.token("eos_token_id") : std::nullopt);
}

TokenizerParts byte_level_tokenizer(const TokenizerKeys& keys) {
  const auto* pre = keys.find<std::string>("pre");
  const auto family = byte_level_family_of_gguf(pre ? *pre : "", keys.architecture(), keys.path());
  auto parts = byte_level_parts(family, vocabulary(keys.tokens(), keys.path()),
                                merge_pairs(keys.need<std::vector<std::string>>("merges"), keys.path()),
                                keys.flag("add_space_prefix", false));
  parts.added_tokens = added_tokens(keys);
  parts.post_processor = ends(keys, family.adds_bos, family.adds_eos);
  return parts;
}

bool is_spaces(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) { return letter == ' '; });
}

// Gemma's files spell runs of spaces as spaces, while its merges spell them as U+2581.
std::string respelled(const std::string& spaces) {
  std::string marks;
  for (std::size_t i = 0; i < spaces.size(); ++i) marks += kSpaceMark;
  return marks;
}

TokenizerParts sentencepiece_tokenizer(const TokenizerKeys& keys) {
  const std::string architecture = keys.architecture();
  const bool gemma = architecture.starts_with("gemma");
  const auto& scores = keys.need<std::vector<double>>("scores");
  keys.need_one_each("scores", scores.size());
  std::vector<Piece> pieces;
  pieces.reserve(keys.tokens().size());
  for (std::size_t id = 0; id < keys.tokens().size(); ++id) {
    Piece piece{keys.tokens()[id], static_cast<float>(scores[id]), keys.type(id)};
    if (gemma && is_spaces(piece.text)) piece = {respelled(piece.text), piece.score, PieceType::normal};
    pieces.push_back(std::move(piece));
  }
  SentencePieceOptions options;
  options.collapses_spaces = keys.flag("remove_extra_whitespaces", false);
  if (gemma) {
    options.order = MergeOrder::by_id;
    options.splits_at_spaces = true;
  }
  if (!keys.flag("add_space_prefix", !gemma))
    options.space = SpaceStyle::as_is;
  else if (architecture == "phi3")
    options.space = SpaceStyle::before_always;
  auto parts = sentencepiece_bpe(pieces, options, keys.path());
  parts.post_processor = ends(keys, true, false);
  return parts;
}

std::optional<SpecialToken> first_of(const TokenizerKeys& keys, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto token = keys.token(name)) return token;
  return std::nullopt;
}

TokenizerParts wordpiece_tokenizer(const TokenizerKeys& keys) {
  std::vector<bool> plain(keys.tokens().size());
  for (std::size_t id = 0; id < plain.size(); ++id)
    plain[id] = keys.type(id) == PieceType::control || keys.type(id) == PieceType::unknown;
  const auto pieces = wordpieces_of_gguf(keys.tokens(), plain);
  WordPieceOptions options;
  options.lowercase = !is_cased(pieces);
  if (const auto unknown = keys.token("unknown_token_id")) options.unk_token = pieces[unknown->id];
  auto parts = wordpiece_parts(pieces, options, keys.path());
  parts.added_tokens = added_tokens(keys);
  const auto cls = first_of(keys, {"cls_token_id", "bos_token_id"});
  const auto sep = first_of(keys, {"seperator_token_id", "eos_token_id"});  // the format's own spelling
  if (!cls || !sep)
    throw Error(ErrorKind::corrupt_data, "the file names no token that opens or closes a text")
        .in(keys.path())
        .expected("tokenizer.ggml.cls_token_id and tokenizer.ggml.seperator_token_id");
  parts.post_processor = template_processing(cls, sep, true);
  return parts;
}

}  // namespace

TokenizerDefinition rebuild_tokenizer(const std::map<std::string, GgufValue>& metadata,
                                      const std::string& path) {
  struct Kind {
    const char* name;
    TokenizerParts (*build)(const TokenizerKeys&);
  };
  static constexpr Kind kKinds[] = {
      {"gpt2", byte_level_tokenizer}, {"llama", sentencepiece_tokenizer}, {"bert", wordpiece_tokenizer}};
  const TokenizerKeys keys(metadata, path);
  const auto& model = keys.need<std::string>("model");
  for (const auto& kind : kKinds) {
    if (model != kind.name) continue;
    TokenizerDefinition definition;
    if (const auto bos = keys.token("bos_token_id")) definition.bos = bos->id;
    if (const auto eos = keys.token("eos_token_id")) definition.eos = eos->id;
    definition.json = to_json(kind.build(keys));
    return definition;
  }
  throw Error(ErrorKind::unsupported, "the GGUF tokenizer kind \"" + model + "\" is not known")
      .in(path)
      .expected("gpt2 (byte-level BPE), llama (SentencePiece with scores) or bert (WordPiece)")
      .hint("Use the Hugging Face folder of this model, which carries its own tokenizer.");
}

}  // namespace qinglan
