#pragma once
// WordPiece as BERT does it: cleaned and split words, then the longest known piece first.

#include <optional>
#include <string>
#include <vector>

#include "text/definition.h"

namespace qinglan {

struct WordPieceOptions {
  bool lowercase = true, split_chinese = true;
  std::optional<bool> strip_accents;  // absent: as lowercase
  std::string unk_token = "[UNK]";
};

// `tokens`: continuations begin with "##". Model, normalizer, pre-tokenizer and decoder; the rest is left
// empty.
TokenizerParts wordpiece_parts(const std::vector<std::string>& tokens, const WordPieceOptions& options,
                               const std::string& source);

// A GGUF file marks the pieces that begin a word (with U+2581) where BERT's vocabulary marks those that go on
// with one ("##"). `plain[i]`: token i stands outside of this (a control token).
std::vector<std::string> wordpieces_of_gguf(const std::vector<std::string>& tokens,
                                            const std::vector<bool>& plain);

// A vocabulary with a capital ASCII letter outside of [brackets] was trained on cased text.
bool is_cased(const std::vector<std::string>& wordpieces);

}  // namespace qinglan
