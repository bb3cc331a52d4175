#pragma once
// What can be said of a model without computing with it: for people who choose one, and for programs.

#include <string>

#include "base/json.h"
#include "catalog/model_config.h"

namespace qinglan {

// {"path","summary","format","architecture","kind","layers","hidden","heads","kv_heads","head_dim","intermediate",
//  "vocab","positions","rotary":{"type","theta","width"},"window":{"reach","layers"}?,"tied_embeddings"?,"parameters",
//  "files":[{"name","bytes","tensors":{type:
//  count}?}],"tokenizer":{"kind","file"?},"chat_template":bool,"licence"?}
// `path`: a .gguf file or a Hugging Face folder. "licence" stands where the files state one,
// "tied_embeddings" for decoders; `reach` is the most distance between a token and those it sees. Throws what
// resolve_model and the readers of weights throw.
Json model_facts(const std::string& path);

// One line: "llama decoder, 30 blocks, 134.5M parameters".
std::string summary_of(const ModelConfig& config);

}  // namespace qinglan
