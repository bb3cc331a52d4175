#pragma once
// The tokenizer inside a GGUF file, as the text of a tokenizer.json.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "io/gguf.h"

namespace qinglan {

struct RebuiltTokenizer {
  std::string json;
  std::optional<std::int32_t> bos, eos;
};

// Byte-level BPE (`tokenizer.ggml.model` "gpt2") with `tokenizer.ggml.pre` "smollm" (each digit alone, then
// GPT-2's pattern) or "gpt-2". Control and user-defined tokens become added tokens; a BOS or EOS is added to
// texts if the file says so. Throws Error{unsupported} for other kinds and Error{corrupt_data} for metadata
// that contradicts itself.
RebuiltTokenizer rebuild_tokenizer(const std::map<std::string, GgufValue>& metadata, const std::string& path);

}  // namespace qinglan
