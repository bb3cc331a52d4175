#pragma once
// Which of a hub model's files are needed, told by their names.

#include <string>
#include <vector>

namespace qinglan {

struct FileChoice {
  std::vector<std::string> files;     // exactly these
  std::vector<std::string> patterns;  // else all that match one ("*.json"); else what a model needs
};

// From the model's files, sorted. What a model needs: its settings, tokenizer and card with
// model.safetensors, else with model.safetensors.index.json (whose shards `shards_in` tells), else with its
// only .gguf file. Pickle files, which can run code when they are read, are never among them. Throws
// Error{unsupported} when only pickle weights are there, and Error{usage} for a file or pattern that is not
// (nearest named), or for several .gguf files to choose from.
std::vector<std::string> choose_files(const std::vector<std::string>& all, const FileChoice& choice,
                                      const std::string& model);

// The files that an index (its JSON text) names, sorted; each must be one of the model's. Throws
// Error{corrupt_data}.
std::vector<std::string> shards_in(const std::string& index, const std::vector<std::string>& all,
                                   const std::string& source);

bool is_pickle(const std::string& file);

}  // namespace qinglan
