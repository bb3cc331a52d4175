#pragma once
// The tokenizer inside a GGUF file, as a definition of Hugging Face `tokenizers`.

#include <map>
#include <string>

#include "io/gguf.h"
#include "text/definition.h"

namespace qinglan {

// `tokenizer.ggml.model`:
//   gpt2   byte-level BPE; `tokenizer.ggml.pre` names the family (text/byte_level.h)
//   llama  SentencePiece with scores; `general.architecture` tells Gemma and Phi-3 from Llama and Mistral
//   bert   WordPiece
// Control, unknown and user-defined tokens become added tokens. add_bos_token, add_eos_token,
// add_space_prefix and remove_extra_whitespaces are honoured; where a file does not say, llama.cpp's defaults
// for its kind hold. Throws Error{unsupported} for other kinds, Error{corrupt_data} for metadata that
// contradicts itself.
TokenizerDefinition rebuild_tokenizer(const std::map<std::string, GgufValue>& metadata,
                                      const std::string& path);

}  // namespace qinglan
