#include "model/load.h"

#include "base/error.h"

namespace qinglan {

LoadedModel load_model(const std::string& path, torch::Dtype dtype) {
  ModelSource source = resolve_model(path);
  Tokenizer tokenizer = Tokenizer::load(source.tokenizer_path);
  check_tokenizer_fits(tokenizer, source.config, path);
  Backbone backbone = Backbone::load(source, dtype);
  return {std::move(source), std::move(tokenizer), std::move(backbone)};
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
