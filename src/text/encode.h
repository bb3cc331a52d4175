#pragma once
// Texts to token ids as models take them: with the tokenizer's own special tokens, cut on the right and
// counted.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace qinglan {

struct EncodedRows {
  std::vector<std::vector<std::int32_t>> ids;  // one per text, 1..max_tokens ids each
  std::uint64_t truncated = 0;                 // texts that lost tokens
  std::vector<std::uint8_t> cut;               // 1 for those

  void append(const EncodedRows& more);
};

// A cut text keeps the special tokens at its end ([SEP]), as Hugging Face truncation does. Throws
// Error{invalid_input} for a text without any token (its index is named) and for max_tokens too small to hold
// the special tokens.
EncodedRows encode_rows(const Tokenizer& tokenizer, std::span<const std::string> texts,
                        std::int64_t max_tokens);

// The single token of a label word such as " positive". Throws Error{invalid_input} that shows the tokens
// when it has another number of them.
std::int32_t label_token(const Tokenizer& tokenizer, const std::string& word);

}  // namespace qinglan
