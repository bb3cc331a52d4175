#pragma once
// Which files of a Hugging Face folder say how texts become ids, known without a tokenizer library.

#include <optional>
#include <string>
#include <vector>

namespace qinglan {

enum class TokenizerKind {
  tokenizer_json,  // tokenizer.json
  vocab_txt,       // vocab.txt: WordPiece
  vocab_json,      // vocab.json and merges.txt: byte-level BPE
  sentencepiece,   // tokenizer.model, sentencepiece.bpe.model
};

struct TokenizerFiles {
  TokenizerKind kind;
  std::string main;  // the file the kind is named after
  std::vector<std::string>
      files;  // all that the ids depend on and that are there, `main` first; not config.json
};

// In the order above, the first kind whose files are all there.
std::optional<TokenizerFiles> find_tokenizer_files(const std::string& folder);

// "tokenizer.json, vocab.txt, ...": for messages.
std::string known_tokenizer_files();

}  // namespace qinglan
