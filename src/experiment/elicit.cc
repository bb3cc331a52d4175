#include "experiment/elicit.h"

#include <set>

#include "base/error.h"
#include "experiment/profile.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"

namespace qinglan {
namespace {

const std::set<std::string> kPrompt = {"kind",   "elicit",     "model",    "label_words", "text", "chat",
                                       "system", "max_tokens", "truncate", "dtype",       "base"};
const std::set<std::string> kCcs = {"lr", "weight_decay", "clip", "epochs", "restarts"};

Json defaults_of(const std::string& elicit) {
  if (elicit != "ccs") return Json::object();
  return {{"lr", 0.01}, {"weight_decay", 0.01}, {"clip", 1.0}, {"epochs", 1000}, {"restarts", 10}};
}

bool used_by(const std::string& elicit, const std::string& key) {
  return kPrompt.contains(key) || (key == "depth" && elicit != "zero-shot") ||
         (elicit == "ccs" && kCcs.contains(key));
}

void check_label_words(const Json& values, const std::string& source) {
  const auto refuse = [&](const std::string& message) {
    return Error(ErrorKind::usage, message)
        .in(source)
        .expected(
            "label_words = [\" negative\", \" positive\"], a word a class in the order of the labels' names");
  };
  if (!values.contains("label_words") || values["label_words"].empty())
    throw refuse("a supervisor of kind elicit needs label_words");
  std::set<std::string> seen;
  for (const auto& entry : values["label_words"])
    for (const auto& word : entry.is_array() ? entry : Json::array({entry})) {
      if (word == "") throw refuse("supervisor.label_words: a word is empty");
      if (!seen.insert(word).second)
        throw refuse("supervisor.label_words: " + word.dump() + " stands there twice");
    }
}

}  // namespace

Json elicit_values(const Json& values, const std::string& source) {
  if (!values.contains("elicit"))
    throw Error(ErrorKind::usage, "a supervisor of kind elicit needs `elicit`")
        .in(source)
        .expected("elicit = \"zero-shot\", \"ccs\" or \"pca\"");
  require_one_of(values, "supervisor", "elicit", {"zero-shot", "ccs", "pca"}, source);
  if (!values.contains("model"))
    throw Error(ErrorKind::usage, "a supervisor of kind elicit needs a model")
        .in(source)
        .hint("model = \"smollm2-135m\"; `qinglan models list` shows the known ones");
  check_label_words(values, source);
  const std::string elicit = values["elicit"];
  Json result = defaults_of(elicit);
  for (const auto& [key, value] : values.items()) {
    const KeyInfo* info = find_key("supervisor", key);
    if (used_by(elicit, key))
      result[key] = value;
    else if (info && value != info->fallback)
      throw Error(ErrorKind::usage, "'" + key + "' means nothing for elicit = \"" + elicit + "\"").in(source);
  }
  require_one_of(result, "supervisor", "dtype", {"auto", "bfloat16", "float32"}, source);
  require_one_of(result, "supervisor", "base", {"compute", "file"}, source);
  require_one_of(result, "supervisor", "truncate", {"right", "left", "refuse"}, source);
  check_system(result, "supervisor", source);
  check_ranges(result, source);
  if (result["dtype"] == "auto") result["dtype"] = fast_dtype();
  return result;
}

void fit_elicitation(Json& values, const ModelConfig& config, const std::string& model,
                     const std::vector<std::string>& classes) {
  if (config.kind != ModelKind::decoder)
    throw Error(ErrorKind::usage, "supervisor: " + model + " is an encoder and has no language-model head")
        .hint(
            "Zero-shot answers, which also give a direction its sign, are read off that head: take a "
            "decoder.");
  if (values["elicit"] == "zero-shot") return;
  if (classes.size() != 2)
    throw Error(ErrorKind::usage,
                "supervisor.elicit = \"" + values["elicit"].get<std::string>() + "\" tells two classes apart")
        .found(std::to_string(classes.size()) + " classes")
        .hint("elicit = \"zero-shot\" answers for any number");
  const std::int64_t depth = values["depth"];
  if (depth > config.layers)
    throw Error(ErrorKind::usage, "supervisor.depth is larger than the model")
        .expected("at most " + std::to_string(config.layers))
        .found(std::to_string(depth));
  if (depth < 0) values["depth"] = (2 * config.layers + 1) / 3;
}

Json elicit_recipe_of(const Json& values) {
  Json recipe = {{"kind", values.at("elicit")}};
  for (const auto& [key, value] : values.items())
    if (kCcs.contains(key)) recipe[key] = value;
  return recipe;
}

std::string pair_word(const Json& values, std::size_t label) {
  const Json& entry = values.at("label_words").at(label);
  return entry.is_array() ? entry.at(0) : entry;
}

}  // namespace qinglan
