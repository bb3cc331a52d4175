#pragma once
// Texts to token ids as models take them: with the tokenizer's own special tokens, cut to a limit and
// counted.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace qinglan {

// Which end of a longer text goes; refuse: none may be longer.
enum class Truncation { right, left, refuse };
Truncation truncation_named(const std::string& name);  // throws Error{usage}
const char* name_of(Truncation truncation);

struct TokenLimit {
  std::int64_t max_tokens;
  Truncation truncation = Truncation::right;
  std::int64_t head = 0, tail = 0;  // ids at the ends that no cut takes: [CLS] and [SEP], the frame of a chat
};

struct EncodedRows {
  std::vector<std::vector<std::int32_t>> ids;  // one per text, 1..max_tokens ids each
  std::uint64_t truncated = 0;                 // texts that lost tokens
  std::vector<std::uint8_t> cut;               // 1 for those

  void append(const EncodedRows& more);
};

// `names[i]` is what text i is called in messages; without any, "text i". Throws Error{invalid_input} for a
// text without any token, for one that is too long where that is refused (both are named), and for a limit
// that leaves no room between head and tail.
EncodedRows cut_rows(std::vector<std::vector<std::int32_t>> ids, const TokenLimit& limit,
                     std::span<const std::string> names = {});

// With the tokenizer's special tokens, which survive a cut on either side, as Hugging Face truncation does.
EncodedRows encode_rows(const Tokenizer& tokenizer, std::span<const std::string> texts,
                        std::int64_t max_tokens, Truncation truncation = Truncation::right,
                        std::span<const std::string> names = {});

// The single token of a label word such as " positive". Throws Error{invalid_input} that shows the tokens
// when it has another number of them.
std::int32_t label_token(const Tokenizer& tokenizer, const std::string& word);

// The words of a class: any of them stands for it.
using LabelWords = std::vector<std::vector<std::string>>;
// [K] lists of tokens. Throws what label_token throws, and Error{invalid_input} when one token stands for two
// words.
std::vector<std::vector<std::int32_t>> label_tokens(const Tokenizer& tokenizer, const LabelWords& words);

}  // namespace qinglan
