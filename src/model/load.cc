#include "model/load.h"

#include <functional>

#include "base/error.h"

namespace qinglan {

namespace {

LoadedModel with_tokenizer(const std::string& path,
                           const std::function<Backbone(const ModelSource&)>& backbone) {
  ModelSource source = resolve_model(path);
  Tokenizer tokenizer = Tokenizer::load(source.tokenizer_path);
  check_tokenizer_fits(tokenizer, source.config, path);
  Backbone weights = backbone(source);
  return {std::move(source), std::move(tokenizer), std::move(weights)};
}

}  // namespace

LoadedModel load_model(const std::string& path, torch::Dtype dtype, BaseStorage storage,
                       const torch::Device& device) {
  return with_tokenizer(path, [&](const ModelSource& source) {
    return Backbone::load(source, dtype, storage, /*first=*/0, device);
  });
}

LoadedModel load_random(const std::string& path, torch::Dtype dtype, const torch::Device& device) {
  return with_tokenizer(path, [&](const ModelSource& source) {
    return Backbone::random(source.config, kRandomInitSeed, dtype, /*first=*/0, device);
  });
}

void check_tokenizer_fits(const Tokenizer& tokenizer, const ModelConfig& config, const std::string& source) {
  if (tokenizer.vocab_size() <= config.vocab) return;
  throw Error(ErrorKind::invalid_input,
              "the tokenizer does not fit the weights: it can give ids the embedding does not have")
      .in(source)
      .expected("at most " + std::to_string(config.vocab) + " ids")
      .found(std::to_string(tokenizer.vocab_size()))
      .hint("Use the tokenizer the model was trained with.");
}

}  // namespace qinglan
