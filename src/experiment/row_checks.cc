#include "experiment/row_checks.h"

#include "base/error.h"
#include "supervise/words.h"

namespace qinglan {

void check_neighbours(const StageSpec& stage, std::int64_t half) {
  for (const char* key : {"k", "k_zeta"})
    if (stage.params.value(key, std::int64_t{0}) >= half)
      throw Error(ErrorKind::usage, "method.\"" + stage.name + "\"." + key +
                                        " is more neighbours than the transfer half has rows")
          .expected("less than " + std::to_string(half))
          .found(stage.params[key].dump())
          .hint("Lower it, or take more train rows.");
}

void check_word(const StageSpec& stage) {
  if (!stage.params.contains("word")) return;
  const std::string word = stage.params["word"];
  if (split_words(word) == std::vector<std::string>{word}) return;
  throw Error(ErrorKind::usage, "method.\"" + stage.name + "\".word is no word")
      .expected("one word in lower case, without punctuation")
      .found("\"" + word + "\"");
}

void check_order(const Learner& learner, const std::string& role, std::int64_t half) {
  const Json& values = learner.spec.values;
  const std::string order = values.value("order", "epochs");
  if (order == "epochs") return;
  const std::int64_t batch = values.at("batch"), epochs = values.at("epochs");
  if ((order == "repeat" ? half * epochs : half) >= batch) return;
  throw Error(ErrorKind::usage,
              role + ".order = \"" + order + "\" takes full batches, and half the train rows make none")
      .expected("at most " + std::to_string(half) + " rows a batch")
      .found("batch = " + std::to_string(batch))
      .hint("Lower batch, take more train rows, or set order = \"epochs\", whose last batch may be smaller.");
}

}  // namespace qinglan
