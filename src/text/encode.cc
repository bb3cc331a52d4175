#include "text/encode.h"

#include <map>
#include <utility>

#include "base/error.h"

namespace qinglan {

Truncation truncation_named(const std::string& name) {
  if (name == "right") return Truncation::right;
  if (name == "left") return Truncation::left;
  if (name == "refuse") return Truncation::refuse;
  throw Error(ErrorKind::usage, "unknown truncation").expected("right, left or refuse").found(name);
}

const char* name_of(Truncation truncation) {
  return truncation == Truncation::right ? "right" : truncation == Truncation::left ? "left" : "refuse";
}

void EncodedRows::append(const EncodedRows& more) {
  ids.insert(ids.end(), more.ids.begin(), more.ids.end());
  cut.insert(cut.end(), more.cut.begin(), more.cut.end());
  truncated += more.truncated;
}

EncodedRows cut_rows(std::vector<std::vector<std::int32_t>> ids, const TokenLimit& limit,
                     std::span<const std::string> names) {
  if (limit.max_tokens <= limit.head + limit.tail)
    throw Error(ErrorKind::invalid_input, "the limit on tokens leaves no room for a text")
        .expected("more than " + std::to_string(limit.head + limit.tail))
        .found(std::to_string(limit.max_tokens));
  const auto name = [&](std::size_t i) { return i < names.size() ? names[i] : "text " + std::to_string(i); };
  EncodedRows rows{std::move(ids)};
  rows.cut.resize(rows.ids.size());
  for (std::size_t index = 0; index < rows.ids.size(); ++index) {
    auto& row = rows.ids[index];
    if (row.empty())
      throw Error(ErrorKind::invalid_input, name(index) + " has no tokens")
          .hint("An empty text cannot be read by this model; drop the row or use a template.");
    const auto length = static_cast<std::int64_t>(row.size());
    if (length <= limit.max_tokens) continue;
    if (limit.truncation == Truncation::refuse)
      throw Error(ErrorKind::invalid_input, name(index) + " is longer than the limit on tokens")
          .expected("at most " + std::to_string(limit.max_tokens))
          .found(std::to_string(length))
          .hint("Raise max_tokens, or cut with truncate = \"right\" or \"left\".");
    const bool left = limit.truncation == Truncation::left;
    const auto first = row.begin() + (left ? limit.head : limit.max_tokens - limit.tail);
    row.erase(first, first + (length - limit.max_tokens));
    ++rows.truncated;
    rows.cut[index] = 1;
  }
  return rows;
}

EncodedRows encode_rows(const Tokenizer& tokenizer, std::span<const std::string> texts,
                        std::int64_t max_tokens, Truncation truncation, std::span<const std::string> names) {
  const TokenLimit limit{max_tokens, truncation, tokenizer.special_prefix(), tokenizer.special_suffix()};
  return cut_rows(tokenizer.encode_batch(texts, true), limit, names);
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
      .hint(word.starts_with(' ') ? "Take a word that is one token."
                                  : "Many tokenizers want a leading space, as in \" positive\".");
}

std::vector<std::vector<std::int32_t>> label_tokens(const Tokenizer& tokenizer, const LabelWords& words) {
  std::vector<std::vector<std::int32_t>> tokens;
  std::map<std::int32_t, std::string> seen;
  for (const auto& alternatives : words) {
    tokens.emplace_back();
    for (const auto& word : alternatives) {
      const std::int32_t token = label_token(tokenizer, word);
      if (const auto [other, fresh] = seen.emplace(token, word); !fresh)
        throw Error(ErrorKind::invalid_input, "two label words are one token")
            .expected("a token of its own for every word")
            .found("\"" + other->second + "\" and \"" + word + "\"");
      tokens.back().push_back(token);
    }
  }
  return tokens;
}

}  // namespace qinglan
