#include "text/tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "io/gguf.h"
#include "io/rows.h"
#include "text/gguf_tokenizer.h"
#include "text/tokenizers_ffi.h"

namespace qinglan {

struct Tokenizer::State {
  std::unique_ptr<QlTokenizer, decltype(&ql_tokenizer_free)> handle{nullptr, &ql_tokenizer_free};
  std::string source, digest, definition;
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
std::string definition_digest(const std::string& json, const std::string& source) {
  Json definition = parse_json(json, source);
  if (!definition.is_object())
    throw Error(ErrorKind::corrupt_data, "a tokenizer definition is a JSON object").in(source);
  definition.erase("truncation");
  definition.erase("padding");
  return sha256_hex(canonical_json(definition));
}

std::optional<std::int32_t> named_token(const Tokenizer& tokenizer, const Json& config, const char* key) {
  const auto entry = config.find(key);
  if (entry == config.end()) return std::nullopt;
  if (entry->is_string()) return tokenizer.token_id(entry->get<std::string>());
  if (entry->is_object() && entry->contains("content") && entry->at("content").is_string())
    return tokenizer.token_id(entry->at("content").get<std::string>());
  return std::nullopt;
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::path(path).extension() == ".gguf") {
    const auto rebuilt = rebuild_tokenizer(GgufFile::open(path).metadata(), path);
    Tokenizer tokenizer = from_json(rebuilt.json, path);
    tokenizer.state_->bos = rebuilt.bos;
    tokenizer.state_->eos = rebuilt.eos;
    return tokenizer;
  }
  const bool folder = fs::is_directory(path);
  const std::string file = folder ? (fs::path(path) / "tokenizer.json").string() : path;
  if (!fs::exists(file)) {
    throw Error(ErrorKind::io, "there is no tokenizer.json")
        .in(path)
        .hint(
            "A model folder carries tokenizer.json; older folders can be converted with Hugging Face "
            "transformers.");
  }
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
  auto state = std::make_unique<State>();
  state->source = source;
  state->digest = definition_digest(json, source);
  state->definition = json;
  char* reason = nullptr;
  state->handle.reset(ql_tokenizer_load(json.data(), json.size(), &reason));
  if (!state->handle)
    throw Error(ErrorKind::corrupt_data, "the tokenizer definition cannot be loaded: " + take(reason))
        .in(source);
  state->vocab = ql_tokenizer_vocab_size(state->handle.get());
  if (state->vocab < 1 || state->vocab > std::numeric_limits<std::int32_t>::max())
    throw Error(ErrorKind::corrupt_data, "the tokenizer has no usable vocabulary").in(source);
  Tokenizer tokenizer(std::move(state));

  // Where a post-processor puts its tokens is seen on a text of one letter.
  const auto plain = tokenizer.encode("a", false);
  const auto full = tokenizer.encode("a", true);
  const auto inner = std::search(full.begin(), full.end(), plain.begin(), plain.end());
  if (inner == full.end() && !plain.empty())
    throw Error(ErrorKind::unsupported, "the post-processor changes the text's own tokens").in(source);
  tokenizer.state_->prefix = inner - full.begin();
  tokenizer.state_->suffix = static_cast<std::int64_t>(full.size() - plain.size()) - tokenizer.state_->prefix;
  return tokenizer;
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
    throw Error(ErrorKind::invalid_input, take(reason)).hint("The tokenizer is " + state_->source + ".");
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
const std::string& Tokenizer::digest() const { return state_->digest; }
const std::string& Tokenizer::definition() const { return state_->definition; }

}  // namespace qinglan
