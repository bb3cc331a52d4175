#pragma once
// Inside text/: what a Hugging Face folder says about its tokenizer beside the vocabulary.

#include <optional>
#include <string>
#include <vector>

#include "text/definition.h"

namespace qinglan {

class FolderSettings {
 public:
  // Files that are absent say nothing. Throws Error{corrupt_data}.
  explicit FolderSettings(const std::string& folder);

  // "GPT2Tokenizer" (without the older suffix "Fast") and "gpt2"; empty where not said.
  const std::string& tokenizer_class() const { return tokenizer_class_; }
  const std::string& model_type() const { return model_type_; }
  const std::string& source() const { return source_; }

  std::optional<bool> flag(const char* key) const;
  bool flag(const char* key, bool fallback) const { return flag(key).value_or(fallback); }
  // "bos_token" and the like, from tokenizer_config.json or special_tokens_map.json.
  std::optional<AddedToken> named(const char* key) const;
  std::string named(const char* key, const std::string& fallback) const;

  // The added tokens over `vocab` (token -> id), in the order that gives them their ids: those with an id of
  // their own, then the special ones; names of `defaults` (key, token) enter where the vocabulary has them.
  struct Default {
    const char *key, *token;
  };
  std::vector<AddedToken> added_tokens(const Json& vocab, const std::vector<Default>& defaults) const;

 private:
  std::vector<AddedToken> tokens_with_ids() const;
  std::vector<AddedToken> extra_specials() const;

  std::string source_, tokenizer_class_, model_type_;
  Json config_, special_map_, added_;
};

}  // namespace qinglan
