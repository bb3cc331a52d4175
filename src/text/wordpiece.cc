#include "text/wordpiece.h"

#include <algorithm>

namespace qinglan {
namespace {

bool is_bracketed(const std::string& token) {
  return token.size() > 2 && token.front() == '[' && token.back() == ']';
}

}  // namespace

TokenizerParts wordpiece_parts(const std::vector<std::string>& tokens, const WordPieceOptions& options,
                               const std::string& source) {
  TokenizerParts parts;
  parts.model = {{"type", "WordPiece"},
                 {"unk_token", options.unk_token},
                 {"continuing_subword_prefix", "##"},
                 {"max_input_chars_per_word", 100},
                 {"vocab", vocabulary(tokens, source)}};
  parts.normalizer = {{"type", "BertNormalizer"},
                      {"clean_text", true},
                      {"handle_chinese_chars", options.split_chinese},
                      {"strip_accents", options.strip_accents ? Json(*options.strip_accents) : Json()},
                      {"lowercase", options.lowercase}};
  parts.pre_tokenizer = {{"type", "BertPreTokenizer"}};
  parts.decoder = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  return parts;
}

std::vector<std::string> wordpieces_of_gguf(const std::vector<std::string>& tokens,
                                            const std::vector<bool>& plain) {
  std::vector<std::string> pieces;
  pieces.reserve(tokens.size());
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    const std::string& token = tokens[id];
    const std::string mark = kSpaceMark;
    if (plain[id] || is_bracketed(token))
      pieces.push_back(token);
    else if (token.size() > mark.size() && token.starts_with(mark))
      pieces.push_back(token.substr(mark.size()));
    else
      pieces.push_back("##" + token);
  }
  return pieces;
}

bool is_cased(const std::vector<std::string>& wordpieces) {
  return std::any_of(wordpieces.begin(), wordpieces.end(), [](const std::string& piece) {
    return !is_bracketed(piece) && std::any_of(piece.begin(), piece.end(),
                                               [](char letter) { return letter >= 'A' && letter <= 'Z'; });
  });
}

}  // namespace qinglan
