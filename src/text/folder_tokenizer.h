#pragma once
// The tokenizer of a Hugging Face folder that has no tokenizer.json: from vocab.txt, vocab.json with
// merges.txt, or a SentencePiece model, as the transformers class of the model builds it.

#include <string>

#include "catalog/tokenizer_files.h"
#include "text/definition.h"

namespace qinglan {

// `tokenizer_class` of tokenizer_config.json, else `model_type` of config.json, tells the class. Added
// tokens, special tokens, add_bos_token, add_eos_token, add_prefix_space, do_lower_case, strip_accents,
// tokenize_chinese_chars and legacy of tokenizer_config.json and special_tokens_map.json are honoured. Throws
// Error{io | corrupt_data | unsupported}.
TokenizerDefinition build_folder_tokenizer(const std::string& folder, const TokenizerFiles& files);

}  // namespace qinglan
