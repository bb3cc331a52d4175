#include "text/definition.h"

#include "base/error.h"
#include "io/utf8.h"

namespace qinglan {

Json to_json(TokenizerParts parts) {
  return {{"version", "1.0"},
          {"added_tokens", std::move(parts.added_tokens)},
          {"normalizer", std::move(parts.normalizer)},
          {"pre_tokenizer", std::move(parts.pre_tokenizer)},
          {"model", std::move(parts.model)},
          {"post_processor", std::move(parts.post_processor)},
          {"decoder", std::move(parts.decoder)}};
}

Json vocabulary(const std::vector<std::string>& tokens, const std::string& source) {
  Json vocab = Json::object();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (!is_valid_utf8(tokens[id]))
      throw Error(ErrorKind::corrupt_data, "token " + std::to_string(id) + " is not valid UTF-8").in(source);
    const auto [entry, is_new] = vocab.emplace(tokens[id], id);
    if (!is_new)
      throw Error(ErrorKind::corrupt_data, "token " + std::to_string(id) + " is there twice")
          .in(source)
          .expected("tokens that differ")
          .found("token " + entry->dump() + ": \"" + tokens[id] + "\"");
  }
  return vocab;
}

Json merge_pairs(const std::vector<std::string>& merges, const std::string& source) {
  Json pairs = Json::array();
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& merge = merges[rank];
    const auto space = merge.find(' ', 1);
    if (space == std::string::npos || space + 1 == merge.size() || !is_valid_utf8(merge))
      throw Error(ErrorKind::corrupt_data,
                  "merge " + std::to_string(rank) + " is not two tokens with a space between")
          .in(source);
    pairs.push_back(Json::array({merge.substr(0, space), merge.substr(space + 1)}));
  }
  return pairs;
}

Json bpe_model(Json vocab, Json merges, const BpeOptions& options) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", options.unk_token ? Json(*options.unk_token) : Json()},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", options.fuse_unk},
          {"byte_fallback", options.byte_fallback},
          {"ignore_merges", options.ignore_merges},
          {"vocab", std::move(vocab)},
          {"merges", std::move(merges)}};
}

Json to_json(const AddedToken& token) {
  return {{"id", token.id},          {"content", token.content}, {"single_word", token.single_word},
          {"lstrip", token.lstrip},  {"rstrip", token.rstrip},   {"normalized", token.normalized},
          {"special", token.special}};
}

Json template_processing(const std::optional<SpecialToken>& before, const std::optional<SpecialToken>& after,
                         bool closes_both) {
  if (!before && !after) return nullptr;
  const auto special = [](const SpecialToken& token, int type) -> Json {
    return {{"SpecialToken", {{"id", token.content}, {"type_id", type}}}};
  };
  const auto text = [](const char* name, int type) -> Json {
    return {{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  Json single = Json::array(), tokens = Json::object();
  if (before) single.push_back(special(*before, 0));
  single.push_back(text("A", 0));
  Json pair = single;
  if (after) single.push_back(special(*after, 0));
  if (after && closes_both) pair.push_back(special(*after, 0));
  pair.push_back(text("B", closes_both));
  if (after) pair.push_back(special(*after, closes_both));
  for (const auto& token : {before, after})
    if (token)
      tokens[token->content] = {{"id", token->content},
                                {"ids", Json::array({token->id})},
                                {"tokens", Json::array({token->content})}};
  return {{"type", "TemplateProcessing"},
          {"single", std::move(single)},
          {"pair", std::move(pair)},
          {"special_tokens", std::move(tokens)}};
}

Json byte_level(bool use_regex, bool add_prefix_space) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", true},
          {"use_regex", use_regex}};
}

Json split_isolated(std::string_view pattern) {
  return {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
}

Json replace_text(std::string_view from, std::string_view to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

Json sequence(const char* list, Json items) { return {{"type", "Sequence"}, {list, std::move(items)}}; }

}  // namespace qinglan
