#include "experiment/elicit.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/listed.h"
#include "base/processor.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"

namespace qinglan {
namespace {

const std::set<std::string> kPrompt = {"kind",   "elicit",     "model",    "label_words", "text", "chat",
                                       "system", "max_tokens", "truncate", "dtype",       "base"};
const std::set<std::string> kCcs = {"lr", "weight_decay", "clip", "epochs", "restarts"};

const std::vector<std::string>& ways() {
  static const std::vector<std::string> words = {"zero-shot", "few-shot",  "consistency", "icm",
                                                 "pca",       "mean-diff", "ccs",         "ueeh"};
  return words;
}

// The keys of a way of asking beside those of its prompt.
Json defaults_of(const std::string& elicit) {
  if (elicit == "few-shot") return {{"shots", 2}};
  if (elicit == "icm")
    return {{"shots", 2},    {"rows", 64},       {"start", 8},        {"steps", 500},
            {"alpha", 30.0}, {"cooling", "log"}, {"in_group", "auto"}};
  if (elicit == "consistency")
    return {{"ask", "\nIs this correct? Answer yes or no:"}, {"truth_words", {" no", " yes"}}};
  if (elicit == "pca" || elicit == "mean-diff") return {{"depth", -1}};
  if (elicit != "ccs" && elicit != "ueeh") return Json::object();
  Json search = {{"depth", -1}, {"lr", 0.01},     {"weight_decay", 0.01},
                 {"clip", 1.0}, {"epochs", 1000}, {"restarts", 10}};
  if (elicit == "ueeh") search["easy"] = 0.25;
  return search;
}

void check_words(const Json& lists, const std::string& key, const Error& refusal) {
  std::set<std::string> seen;
  for (const auto& entry : lists)
    for (const auto& word : entry.is_array() ? entry : Json::array({entry})) {
      Error error = refusal;
      if (word == "") throw error.found("an empty word in supervisor." + key);
      if (!seen.insert(word).second) throw error.found(word.dump() + " twice in supervisor." + key);
    }
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
  check_words(values["label_words"], "label_words",
              refuse("supervisor.label_words cannot tell classes apart"));
}

void check_statement(const Json& values, const std::string& source) {
  if (!values.contains("truth_words")) return;
  const Error refusal =
      Error(ErrorKind::usage, "supervisor.truth_words: two words, for \"false\" and for \"true\"")
          .in(source)
          .expected("such as [\" no\", \" yes\"]");
  Error error = refusal;
  if (values["truth_words"].size() != 2) throw error.found(values["truth_words"].dump());
  check_words(values["truth_words"], "truth_words", refusal);
}

}  // namespace

Json elicit_values(const Json& values, const std::string& source) {
  if (!values.contains("elicit"))
    throw Error(ErrorKind::usage, "a supervisor of kind elicit needs `elicit`")
        .in(source)
        .expected("elicit = " + listed(ways()));
  require_one_of(values, "supervisor", "elicit", ways(), source);
  if (!values.contains("model"))
    throw Error(ErrorKind::usage, "a supervisor of kind elicit needs a model")
        .in(source)
        .hint("model = \"smollm2-135m\"; `qinglan models list` shows the known ones");
  check_label_words(values, source);
  const std::string elicit = values["elicit"];
  Json result = defaults_of(elicit);
  for (const auto& [key, value] : values.items()) {
    const KeyInfo* info = find_key("supervisor", key);
    if (kPrompt.contains(key) || result.contains(key))
      result[key] = value;
    else if (info && value != info->fallback)
      throw Error(ErrorKind::usage, "'" + key + "' means nothing for elicit = \"" + elicit + "\"").in(source);
  }
  require_one_of(result, "supervisor", "dtype", {"auto", "bfloat16", "float32"}, source);
  require_one_of(result, "supervisor", "base", {"compute", "file"}, source);
  require_one_of(result, "supervisor", "truncate", {"right", "left", "refuse"}, source);
  check_system(result, "supervisor", source);
  if (elicit == "icm") {
    require_one_of(result, "supervisor", "cooling", {"log", "geometric"}, source);
    require_one_of(result, "supervisor", "in_group", {"auto", "any", "same", "different"}, source);
  }
  if ((elicit == "few-shot" || elicit == "icm" || elicit == "consistency") && result["chat"] == true)
    throw Error(ErrorKind::usage,
                "supervisor.chat: elicit = \"" + elicit + "\" writes texts around the row's")
        .in(source)
        .hint("write the template of the conversation into `text`");
  check_statement(result, source);
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
  if (!is_direction(values)) return;
  if (classes.size() != 2)
    throw Error(ErrorKind::usage,
                "supervisor.elicit = \"" + values["elicit"].get<std::string>() + "\" tells two classes apart")
        .found(std::to_string(classes.size()) + " classes")
        .hint("elicit = \"zero-shot\", \"few-shot\", \"icm\" and \"consistency\" answer for any number");
  const std::int64_t depth = values["depth"];
  if (depth > config.layers)
    throw Error(ErrorKind::usage, "supervisor.depth is larger than the model")
        .expected("at most " + std::to_string(config.layers))
        .found(std::to_string(depth));
  if (depth < 0) values["depth"] = (2 * config.layers + 1) / 3;
}

bool is_direction(const Json& values) {
  static const std::set<std::string> words = {"pca", "mean-diff", "ccs", "ueeh"};
  return words.contains(values.at("elicit"));
}

bool reads_zero_shot(const Json& values) {
  return is_direction(values) || values.at("elicit") == "zero-shot";
}

Json elicit_recipe_of(const Json& values) {
  Json recipe = {{"kind", values.at("elicit")}};
  for (const auto& [key, value] : values.items())
    if (kCcs.contains(key) || key == "easy") recipe[key] = value;
  return recipe;
}

Json coherence_of(const Json& values, std::size_t classes, std::int64_t half, bool choices) {
  Json learner = {{"kind", "icm"}};
  for (const char* key : {"rows", "start", "steps", "alpha", "cooling", "in_group"})
    learner[key] = values.at(key);
  if (learner["in_group"] == "auto") learner["in_group"] = choices ? "different" : "any";
  learner["shots"] = values.at("shots").get<std::int64_t>() * static_cast<std::int64_t>(classes);
  const std::int64_t rows = learner["rows"];
  const auto refuse = [&](const std::string& key, std::int64_t most, const std::string& of) {
    if (learner[key].get<std::int64_t>() <= most) return;
    throw Error(ErrorKind::usage, "supervisor." + key + ": more rows than " + of)
        .expected("at most " + std::to_string(most))
        .found(learner[key].dump() + (key == "shots" ? " of all classes together" : ""));
  };
  refuse("rows", half, "the supervision half has");
  refuse("start", rows, "labels are searched of (supervisor.rows)");
  refuse("shots", rows - 1, "a searched one has others (supervisor.rows)");
  return learner;
}

// A step asks about its row and about each that the changed label is shown to, as many as are shown on
// average; once all rows are labelled, a row has so many contexts as its shown rows have labellings.
double coherence_prompts(const Json& learner) {
  const double rows = learner.at("rows"), shown = learner.at("shots"), steps = learner.at("steps"),
               start = learner.at("start"), classes = static_cast<double>(learner.at("label_words").size());
  return start + std::min(steps * (1 + shown), rows * (1 + shown + std::pow(classes, shown)));
}

std::string statement_of(const Json& values, std::size_t label) {
  return pair_word(values, label) + values.at("ask").get<std::string>();
}

std::string statement_role(std::size_t label) {
  const std::string digits = std::to_string(label);
  return "statement." + std::string(digits.size() < 2 ? "0" : "") + digits;
}

std::string pair_word(const Json& values, std::size_t label) {
  const Json& entry = values.at("label_words").at(label);
  return entry.is_array() ? entry.at(0) : entry;
}

}  // namespace qinglan
