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

namespace qinglan {

class Tokenizer {
 public:
  // `path`: a folder with tokenizer.json, a tokenizer.json, or a .gguf (byte-level BPE with the `smollm` or
  // `gpt-2` pre-tokenizer; others are Error{unsupported}). Throws Error{io | corrupt_data | unsupported}.
  static Tokenizer load(const std::string& path);
  // The text of a tokenizer.json; `source` names it in errors.
  static Tokenizer from_json(const std::string& json, const std::string& source);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // `add_special`: apply the post-processor ([CLS] .. [SEP], a BOS, or nothing, as the definition says).
  // Throws Error{invalid_input} on invalid UTF-8, with the index of the text within the batch.
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

  // SHA-256 of the canonical JSON of the definition in use (for GGUF: of the rebuilt one).
  const std::string& digest() const;
  // The text of the tokenizer.json in use (for GGUF: the rebuilt one).
  const std::string& definition() const;

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace qinglan
