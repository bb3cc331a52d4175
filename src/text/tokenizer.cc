#include "text/tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/special_tokens.h"
#include "catalog/tokenizer_files.h"
#include "io/gguf.h"
#include "io/rows.h"
#include "text/definition_check.h"
#include "text/folder_tokenizer.h"
#include "text/gguf_tokenizer.h"
#include "text/tokenizers_ffi.h"

namespace qinglan {

struct Tokenizer::State {
  std::unique_ptr<QlTokenizer, decltype(&ql_tokenizer_free)> handle{nullptr, &ql_tokenizer_free};
  std::string source, definition, digest;
  std::vector<std::string> patterns;
  std::int64_t vocab = 0, prefix = 0, suffix = 0;
  std::optional<std::int32_t> bos, eos;
};

namespace {

std::string take(char* text) {
  std::string result = text ? text : "";
  ql_string_free(text);
  return result;
}

// What the ids depend on: truncation and padding are switched off, so they do not enter.
std::string canonical_definition(Json definition) {
  definition.erase("truncation");
  definition.erase("padding");
  return canonical_json(definition);
}

std::optional<std::int32_t> named_token(const Tokenizer& tokenizer, const Json& config, const char* key) {
  const auto text = special_token_text(config, key);
  return text ? tokenizer.token_id(*text) : std::nullopt;
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::path(path).extension() == ".gguf")
    return from_definition(rebuild_tokenizer(GgufFile::open(path).metadata(), path), path);
  std::string file = path;
  if (fs::is_directory(path)) {
    const auto files = find_tokenizer_files(path);
    if (!files)
      throw Error(ErrorKind::io, "there is no tokenizer").in(path).expected(known_tokenizer_files());
    if (files->kind != TokenizerKind::tokenizer_json)
      return from_definition(build_folder_tokenizer(path, *files), files->main);
    file = files->main;
  }
  if (!fs::exists(file))
    throw Error(ErrorKind::io, "there is no such tokenizer").in(path).expected(known_tokenizer_files());
  Tokenizer tokenizer = from_json(read_text(file), file);
  const auto config_path = fs::path(file).parent_path() / "tokenizer_config.json";
  if (fs::exists(config_path)) {
    const Json config = parse_json(read_text(config_path.string()), config_path.string());
    if (config.is_object()) {
      tokenizer.state_->bos = named_token(tokenizer, config, "bos_token");
      tokenizer.state_->eos = named_token(tokenizer, config, "eos_token");
    }
  }
  return tokenizer;
}

Tokenizer Tokenizer::from_json(const std::string& json, const std::string& source) {
  return make(parse_json(json, source), &json, source);
}

Tokenizer Tokenizer::from_definition(TokenizerDefinition definition, const std::string& source) {
  Tokenizer tokenizer = make(std::move(definition.json), nullptr, source);
  tokenizer.state_->bos = definition.bos;
  tokenizer.state_->eos = definition.eos;
  return tokenizer;
}

// The library reads `text` itself where there is one, so that numbers in it are read as Hugging Face reads
// them.
Tokenizer Tokenizer::make(Json definition, const std::string* text, const std::string& source) {
  check_definition(definition, source);
  auto state = std::make_unique<State>();
  state->source = source;
  state->patterns = patterns_of(definition);
  const auto entry = definition.find("added_tokens");
  const Json added = entry == definition.end() ? Json() : *entry;
  state->definition = canonical_definition(std::move(definition));
  state->digest = sha256_hex(state->definition);
  if (!text) text = &state->definition;
  char* reason = nullptr;
  state->handle.reset(ql_tokenizer_load(text->data(), text->size(), &reason));
  if (!state->handle)
    throw Error(ErrorKind::corrupt_data, "the tokenizer definition cannot be loaded: " + take(reason))
        .in(source);
  state->vocab = ql_tokenizer_vocab_size(state->handle.get());
  if (state->vocab < 1 || state->vocab > std::numeric_limits<std::int32_t>::max())
    throw Error(ErrorKind::corrupt_data, "the tokenizer has no usable vocabulary")
        .in(source)
        .expected("1 to " + std::to_string(std::numeric_limits<std::int32_t>::max()) + " ids")
        .found(std::to_string(state->vocab));
  Tokenizer tokenizer(std::move(state));
  tokenizer.check_added(added);
  tokenizer.find_special_ends();
  return tokenizer;
}

// The library gives added tokens ids of its own choice where the definition's do not follow on the
// vocabulary's.
void Tokenizer::check_added(const Json& added) const {
  if (!added.is_array()) return;
  for (const auto& token : added) {
    const auto content = get_field<std::string>(token, "content", state_->source);
    const auto wanted = get_field<std::int64_t>(token, "id", state_->source);
    const auto got = token_id(content);
    if (content.empty() || (got && *got == wanted)) continue;
    throw Error(ErrorKind::corrupt_data, "the added token \"" + content + "\" cannot have its id")
        .in(state_->source)
        .expected(got ? std::to_string(*got) : "an id that follows on the vocabulary")
        .found(std::to_string(wanted));
  }
}

// Where a post-processor puts its tokens is seen on a text of one letter.
void Tokenizer::find_special_ends() {
  const auto plain = encode("a", false);
  const auto full = encode("a", true);
  const auto inner = std::search(full.begin(), full.end(), plain.begin(), plain.end());
  if (inner == full.end() && !plain.empty())
    throw Error(ErrorKind::unsupported, "the post-processor changes the text's own tokens")
        .in(state_->source);
  for (const auto id : full)
    if (id < 0 || id >= state_->vocab)
      throw Error(ErrorKind::corrupt_data, "the post-processor gives an id outside the vocabulary")
          .in(state_->source)
          .expected("below " + std::to_string(state_->vocab))
          .found(std::to_string(id));
  state_->prefix = inner - full.begin();
  state_->suffix = static_cast<std::int64_t>(full.size() - plain.size()) - state_->prefix;
}

// The reason the library gave, as an error that names the patterns where one of them ran out of its limits.
Error Tokenizer::encode_error(const std::string& reason) const {
  if (reason.find("Regex") == std::string::npos)
    return Error(ErrorKind::invalid_input, reason).hint("The tokenizer is " + state_->source + ".");
  std::string patterns;
  for (const auto& pattern : state_->patterns) patterns += (patterns.empty() ? "" : " and ") + pattern;
  return Error(ErrorKind::unsupported, "a pattern of the tokenizer takes too long on a text")
      .in(state_->source)
      .expected("a pattern that does not try over and over")
      .found(patterns + " (" + reason + ")");
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, bool add_special) const {
  const std::string copy(text);
  return std::move(encode_batch(std::span(&copy, 1), add_special)[0]);
}

std::vector<std::vector<std::int32_t>> Tokenizer::encode_batch(std::span<const std::string> texts,
                                                               bool add_special) const {
  std::vector<QlText> inputs;
  inputs.reserve(texts.size());
  for (const auto& text : texts) inputs.push_back({text.data(), text.size()});
  QlIds flat{};
  char* reason = nullptr;
  if (!ql_tokenizer_encode(state_->handle.get(), inputs.data(), inputs.size(), add_special, &flat, &reason))
    throw encode_error(take(reason));
  std::vector<std::vector<std::int32_t>> rows(texts.size());
  for (std::size_t row = 0; row < texts.size(); ++row)
    rows[row].assign(flat.ids + flat.offsets[row], flat.ids + flat.offsets[row + 1]);
  ql_ids_free(flat);
  return rows;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool skip_special) const {
  const std::vector<std::uint32_t> raw(ids.begin(), ids.end());
  char* reason = nullptr;
  char* text = ql_tokenizer_decode(state_->handle.get(), raw.data(), raw.size(), skip_special, &reason);
  if (!text)
    throw Error(ErrorKind::invalid_input, "ids cannot be turned into text: " + take(reason))
        .in(state_->source);
  return take(text);
}

std::optional<std::int32_t> Tokenizer::token_id(std::string_view token) const {
  const auto id = ql_tokenizer_token_id(state_->handle.get(), token.data(), token.size());
  if (id < 0) return std::nullopt;
  return static_cast<std::int32_t>(id);
}

std::int64_t Tokenizer::vocab_size() const { return state_->vocab; }
std::optional<std::int32_t> Tokenizer::bos() const { return state_->bos; }
std::optional<std::int32_t> Tokenizer::eos() const { return state_->eos; }
std::int64_t Tokenizer::special_prefix() const { return state_->prefix; }
std::int64_t Tokenizer::special_suffix() const { return state_->suffix; }
const std::string& Tokenizer::definition() const { return state_->definition; }
const std::string& Tokenizer::digest() const { return state_->digest; }

}  // namespace qinglan
