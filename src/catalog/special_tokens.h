#pragma once
// The special tokens that files name: how Hugging Face and GGUF call them.

#include <optional>
#include <string>

#include "base/json.h"

namespace qinglan {

struct SpecialTokenName {
  const char* hf;    // in tokenizer_config.json
  const char* gguf;  // the key of its id
};

inline constexpr SpecialTokenName kSpecialTokens[] = {
    {"bos_token", "tokenizer.ggml.bos_token_id"},       {"eos_token", "tokenizer.ggml.eos_token_id"},
    {"unk_token", "tokenizer.ggml.unknown_token_id"},   {"pad_token", "tokenizer.ggml.padding_token_id"},
    {"sep_token", "tokenizer.ggml.seperator_token_id"},  // the format's own spelling
    {"cls_token", "tokenizer.ggml.cls_token_id"},       {"mask_token", "tokenizer.ggml.mask_token_id"},
};

// A token of a tokenizer_config.json: a text, or an object whose "content" is one.
std::optional<std::string> special_token_text(const Json& config, const char* key);

}  // namespace qinglan
