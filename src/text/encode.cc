#include "text/encode.h"

#include "base/error.h"

namespace qinglan {

void EncodedRows::append(const EncodedRows& more) {
  ids.insert(ids.end(), more.ids.begin(), more.ids.end());
  cut.insert(cut.end(), more.cut.begin(), more.cut.end());
  truncated += more.truncated;
}

EncodedRows encode_rows(const Tokenizer& tokenizer, std::span<const std::string> texts,
                        std::int64_t max_tokens) {
  const std::int64_t suffix = tokenizer.special_suffix();
  if (max_tokens <= tokenizer.special_prefix() + suffix)
    throw Error(ErrorKind::invalid_input, "the limit on tokens leaves no room for a text")
        .expected("more than " + std::to_string(tokenizer.special_prefix() + suffix))
        .found(std::to_string(max_tokens));
  EncodedRows rows;
  rows.ids = tokenizer.encode_batch(texts, true);
  rows.cut.resize(rows.ids.size());
  for (std::size_t index = 0; index < rows.ids.size(); ++index) {
    auto& ids = rows.ids[index];
    if (ids.empty())
      throw Error(ErrorKind::invalid_input, "text " + std::to_string(index) + " has no tokens")
          .hint("An empty text cannot be read by this model; drop the row or use a template.");
    const auto length = static_cast<std::int64_t>(ids.size());
    if (length <= max_tokens) continue;
    ids.erase(ids.begin() + (max_tokens - suffix), ids.end() - suffix);
    ++rows.truncated;
    rows.cut[index] = 1;
  }
  return rows;
}

std::int32_t label_token(const Tokenizer& tokenizer, const std::string& word) {
  const auto ids = tokenizer.encode(word, false);
  if (ids.size() == 1) return ids[0];
  std::string pieces;
  for (const auto id : ids)
    pieces += (pieces.empty() ? "\"" : ", \"") + tokenizer.decode(std::span(&id, 1)) + "\"";
  throw Error(ErrorKind::invalid_input, "the label word \"" + word + "\" is not one token of this model")
      .expected("1 token")
      .found(ids.empty() ? "none" : std::to_string(ids.size()) + ": " + pieces)
      .hint("Many tokenizers want a leading space, as in \" positive\".");
}

}  // namespace qinglan
