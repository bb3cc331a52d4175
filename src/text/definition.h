#pragma once
// The parts a tokenizer.json is made of (the format of Hugging Face `tokenizers`), for all that builds one
// from another source: GGUF metadata, vocab.txt, vocab.json with merges.txt, a SentencePiece model.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace qinglan {

// Where spaces go in a SentencePiece vocabulary: U+2581.
inline constexpr char kSpaceMark[] = "\xe2\x96\x81";

struct TokenizerDefinition {
  Json json;
  std::optional<std::int32_t> bos, eos;
};

struct TokenizerParts {
  Json model, normalizer, pre_tokenizer, post_processor, decoder;  // null: none
  Json added_tokens = Json::array();
};
Json to_json(TokenizerParts parts);

// Token i has id i. Throws Error{corrupt_data} for a token that is there twice or is not UTF-8.
Json vocabulary(const std::vector<std::string>& tokens, const std::string& source);

// "a b" each, as GGUF and merges.txt have them. Throws Error{corrupt_data}.
Json merge_pairs(const std::vector<std::string>& merges, const std::string& source);

struct BpeOptions {
  std::optional<std::string> unk_token = std::nullopt;
  bool fuse_unk = false, byte_fallback = false, ignore_merges = false;
};
Json bpe_model(Json vocab, Json merges, const BpeOptions& options = {});

// Matched whole in a text, before anything else is done to it.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool special = false;
  bool normalized = false, lstrip = false, rstrip = false, single_word = false;
};
Json to_json(const AddedToken& token);

struct SpecialToken {
  std::string content;
  std::int32_t id = 0;
};
// `before`, text, `after`; either may be absent, and both make null. `closes_both`: of a pair, each text gets
// its own `after` and the second is of segment 1 (BERT).
Json template_processing(const std::optional<SpecialToken>& before, const std::optional<SpecialToken>& after,
                         bool closes_both = false);

Json byte_level(bool use_regex, bool add_prefix_space = false);
// `pattern` (Oniguruma) cuts a text; every piece stays.
Json split_isolated(std::string_view pattern);
Json replace_text(std::string_view from, std::string_view to);
// list: "normalizers", "pretokenizers" or "decoders".
Json sequence(const char* list, Json items);

}  // namespace qinglan
