#pragma once
// Byte-level BPE (GPT-2 and its heirs): a text is cut by a pattern, its bytes are spelt with 256 letters, and
// letters merge by rank. The families differ in the pattern and in a few switches.

#include <string>
#include <string_view>
#include <vector>

#include "text/definition.h"

namespace qinglan {

struct ByteLevelFamily {
  const char* name;                          // as in this build's messages
  std::vector<std::string_view> gguf_names;  // values of `tokenizer.ggml.pre`
  const char* split = nullptr;               // Oniguruma; null: GPT-2's own pattern
  bool digits_alone = false;                 // each digit alone before the pattern
  bool nfc = false;                          // Unicode normal form C first
  bool ignore_merges = false;                // a piece that is a token stays one, whatever the merges
  bool adds_bos = false, adds_eos = false;   // where a GGUF file does not say
};

// Throws Error{unsupported} that names the known ones. `architecture`: `general.architecture` of the file.
ByteLevelFamily byte_level_family_of_gguf(const std::string& pre, const std::string& architecture,
                                          const std::string& source);
// By the name of the table: "gpt2", "neox", "qwen2", ...
const ByteLevelFamily& byte_level_family(std::string_view name);

// Model, normalizer, pre-tokenizer and decoder; the rest is left empty.
TokenizerParts byte_level_parts(const ByteLevelFamily& family, Json vocab, Json merges,
                                bool add_prefix_space = false);

}  // namespace qinglan
