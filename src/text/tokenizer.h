#pragma once
// A tokenizer whose ids equal those of Hugging Face `tokenizers` for the same definition (it is that crate,
// behind a C ABI). Truncation and padding of the definition are switched off: see text/encode.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "text/definition.h"

namespace qinglan {

class Tokenizer {
 public:
  // `path`: a Hugging Face folder (catalog/tokenizer_files.h has the order in which its files are looked
  // for), a tokenizer.json, or a .gguf (text/gguf_tokenizer.h). Throws Error{io | corrupt_data |
  // unsupported}.
  static Tokenizer load(const std::string& path);
  // The text of a tokenizer.json; `source` names it in errors.
  static Tokenizer from_json(const std::string& json, const std::string& source);
  static Tokenizer from_definition(TokenizerDefinition definition, const std::string& source);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // `add_special`: apply the post-processor ([CLS] .. [SEP], a BOS, or nothing, as the definition says).
  // Throws Error{invalid_input} on invalid UTF-8, with the index of the text within the batch, and
  // Error{unsupported} that names the patterns when one of them runs out of its limits. A batch uses all
  // processors.
  std::vector<std::int32_t> encode(std::string_view text, bool add_special) const;
  std::vector<std::vector<std::int32_t>> encode_batch(std::span<const std::string> texts,
                                                      bool add_special) const;
  std::string decode(std::span<const std::int32_t> ids, bool skip_special = false) const;

  std::optional<std::int32_t> token_id(std::string_view token) const;
  std::int64_t vocab_size() const;  // with added tokens: one more than the largest id
  std::optional<std::int32_t> bos() const;
  std::optional<std::int32_t> eos() const;

  // How many ids the post-processor puts before and after a text.
  std::int64_t special_prefix() const;
  std::int64_t special_suffix() const;

  // The definition in use as the text of a tokenizer.json, in canonical JSON, without truncation and padding.
  const std::string& definition() const;
  // SHA-256 of definition().
  const std::string& digest() const;

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<State> state);
  static Tokenizer make(Json definition, const std::string* text, const std::string& source);
  void check_added(const Json& added) const;
  void find_special_ends();
  Error encode_error(const std::string& reason) const;
  std::unique_ptr<State> state_;
};

}  // namespace qinglan
