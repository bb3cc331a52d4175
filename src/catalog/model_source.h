#pragma once
// Where a model lies on disk and what it is, read without torch: a .gguf file or a Hugging Face folder with
// config.json and safetensors (one file, or shards with model.safetensors.index.json). Pickle weights are
// refused.

#include <string>
#include <vector>

#include "catalog/architecture.h"

namespace qinglan {

enum class WeightFormat { gguf, safetensors };

struct ModelSource {
  std::string path;  // as given
  WeightFormat format = WeightFormat::gguf;
  std::vector<std::string> weight_files;  // sorted
  std::string config_file;                // config.json; empty for GGUF
  std::string tokenizer_path;             // for Tokenizer::load
  ModelConfig config;
};

// no: only weights are read, and the folder need not have a tokenizer.
enum class NeedTokenizer { no, yes };

// Throws Error{invalid_input} (nothing there, no weights, no tokenizer), Error{unsupported} (an architecture
// or option this build does not compute right) or Error{corrupt_data}.
ModelSource resolve_model(const std::string& path, NeedTokenizer tokenizer = NeedTokenizer::yes);

// SHA-256 over the names' order and contents of config and weight files: equal digest is an equal model.
// Paths do not enter.
std::string model_digest(const ModelSource& source);

// The config alone, from the JSON of config.json or from GGUF metadata.
ModelConfig config_from_hf(const std::string& config_json, const std::string& source);
ModelConfig config_from_gguf(const GgufFile& file);

}  // namespace qinglan
