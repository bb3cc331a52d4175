#pragma once
// A ModelConfig as the config.json from which Hugging Face builds the same model, for models that came
// without one (GGUF), and the names of Hugging Face's classes.

#include <string>

#include "base/json.h"
#include "catalog/model_config.h"

namespace qinglan {

// Written so that transformers 4 and 5 read the same: config_from_hf() of it gives the same frequencies,
// scales and shapes. Throws Error{unsupported} for an architecture that has no GGUF form.
Json hf_config(const ModelConfig& config);

// "Llama" for model_type "llama": LlamaModel, LlamaForSequenceClassification. Throws Error{unsupported}.
std::string hf_class_stem(const std::string& model_type);

}  // namespace qinglan
