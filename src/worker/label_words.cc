#include "worker/label_words.h"

#include "catalog/model_source.h"
#include "text/encode.h"
#include "text/tokenizer.h"
#include "train/recipe.h"

namespace qinglan {

void check_label_words(const Json& request) {
  const auto model = get_field<std::string>(request, "model", "request");
  const auto words = get_field<Json>(request, "words", "request");
  label_tokens(Tokenizer::load(resolve_model(model).tokenizer_path),
               Recipe::from_json({{"tune", "probe"}, {"label_words", words}}).label_words);
}

}  // namespace qinglan
