#pragma once
// A model and the tokenizer that belongs to it.

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "catalog/model_source.h"
#include "model/backbone.h"
#include "text/tokenizer.h"

namespace qinglan {

struct LoadedModel {
  ModelSource source;
  Tokenizer tokenizer;
  Backbone backbone;
};

// Throws what resolve_model, Tokenizer::load and Backbone::load throw, and Error{invalid_input} when the
// tokenizer does not fit the weights.
LoadedModel load_model(const std::string& path, torch::Dtype dtype,
                       BaseStorage storage = BaseStorage::compute, const torch::Device& device = torch::kCPU);

// The same architecture and tokenizer with random weights (Backbone::random): one draw for all run seeds, so
// that its features are computed once.
inline constexpr std::uint64_t kRandomInitSeed = 0;
LoadedModel load_random(const std::string& path, torch::Dtype dtype,
                        const torch::Device& device = torch::kCPU);

// Throws Error{invalid_input} when the tokenizer can give ids that the embedding does not have.
void check_tokenizer_fits(const Tokenizer& tokenizer, const ModelConfig& config, const std::string& source);

}  // namespace qinglan
