#include "experiment/learner.h"

#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "catalog/chat_template.h"
#include "catalog/model_source.h"
#include "catalog/tokenizer_files.h"
#include "experiment/elicit.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

std::string digest_of_model(const ModelSource& source, DigestMemo& memo) {
  std::set<std::string> files(source.weight_files.begin(), source.weight_files.end());
  if (!source.config_file.empty()) files.insert(source.config_file);
  if (fs::is_regular_file(source.tokenizer_path)) files.insert(source.tokenizer_path);
  if (const auto tokenizer = find_tokenizer_files(source.tokenizer_path))
    files.insert(tokenizer->files.begin(), tokenizer->files.end());
  Json digests = Json::object();
  for (const auto& file : files) digests[fs::path(file).filename()] = memo.digest(file);
  return sha256_hex(canonical_json(digests));
}

void resolve_prompt(Learner& learner, const ModelSource& source, const std::string& role) {
  learner.prompt = prompt_of(learner.spec.values);
  if (!learner.prompt.contains("chat")) return;
  const auto chat = find_chat_template(source.tokenizer_path);
  if (!chat)
    throw Error(ErrorKind::usage, role + ".chat: " + learner.spec.name + " has no chat template")
        .in(source.tokenizer_path)
        .expected(
            "chat_template.jinja, chat_template of tokenizer_config.json, or tokenizer.chat_template of a "
            "GGUF")
        .hint(
            "A text template such as \"Review: {text}\\nSentiment:\" prompts a model that was not tuned to "
            "chat.");
  learner.prompt["chat"]["template"] = digest_of(*chat);
}

void check_words(const Learner& learner, const std::string& role, const std::vector<std::string>& classes) {
  const Json& values = learner.spec.values;
  if (values.contains("label_words") && values["label_words"].size() != classes.size())
    throw Error(ErrorKind::usage, role + ".label_words needs one entry a class")
        .expected(std::to_string(classes.size()) + " entries")
        .found(values["label_words"].dump());
  if (values.value("head", "new") != "words") return;
  if (learner.layers > 0)
    throw Error(ErrorKind::usage, role +
                                      ".head = \"words\": students of the top blocks are loaded "
                                      "without the language-model head")
        .found("tune = \"" + learner.spec.tune + "\"")
        .hint("use head = \"new\", or tune = \"" + learner.tune.kind + "\"");
  if (learner.config.kind != ModelKind::decoder)
    throw Error(ErrorKind::usage, role + ".head = \"words\": " + learner.spec.name +
                                      " is an encoder and has no language-model head");
  if (values["pooling"] != Json::array({"last"}))
    throw Error(ErrorKind::usage, role + ".head = \"words\" reads the last position")
        .expected("pooling = \"last\"")
        .found(values["pooling"].dump());
}

// What the model cannot do is said before any work starts.
void fit_to_model(Learner& learner, const ModelSource& source, const std::string& role) {
  Json& values = learner.spec.values;
  if (values.value("base", "") == "file" && source.format != WeightFormat::gguf)
    throw Error(ErrorKind::usage,
                role + ".base = \"file\" needs a GGUF file: only its weights can stay as they are")
        .in(source.path)
        .hint("leave base at \"compute\"");
  const std::int64_t limit = values.at("max_tokens");
  if (limit <= source.config.max_positions) return;
  if (limit != find_key("student", "max_tokens")->fallback &&
      limit != learner.spec.compat.value("max_tokens", -1))
    throw Error(ErrorKind::usage, role + ".max_tokens is more than the model can read")
        .in(source.path)
        .expected("at most " + std::to_string(source.config.max_positions))
        .found(std::to_string(limit));
  values["max_tokens"] = source.config.max_positions;
}

// "auto" and -1 become what they mean for this model, so that equal work has equal keys.
void resolve_pooling(Learner& learner, const char* role) {
  Json& values = learner.spec.values;
  const bool probe = learner.spec.tune == "probe";
  const bool decoder = learner.config.kind == ModelKind::decoder;
  Json pooling = values["pooling"];
  if (pooling == "auto") {
    pooling = Json::array({decoder ? "last" : "mean"});
    if (decoder && probe) pooling.push_back("mean");
  }
  if (pooling.is_string()) pooling = Json::array({pooling});
  for (const auto& word : pooling)
    if (word != "last" && word != "mean" && word != "cls")
      throw Error(ErrorKind::usage, std::string(role) + ".pooling")
          .expected("last, mean or cls")
          .found(word.dump());
  if (pooling.empty() || (!probe && pooling.size() != 1))
    throw Error(ErrorKind::usage, std::string(role) + ".pooling needs exactly one word unless tune is probe");
  values["pooling"] = pooling;
  if (!probe) return;
  const std::int64_t depth = values["depth"];
  if (depth > learner.config.layers)
    throw Error(ErrorKind::usage, std::string(role) + ".depth is larger than the model")
        .expected("at most " + std::to_string(learner.config.layers))
        .found(std::to_string(depth));
  if (depth < 0) values["depth"] = learner.config.layers;
}

}  // namespace

Learner resolve_learner(const LearnerSpec& spec, const char* role, const std::vector<std::string>& classes,
                        DigestMemo& memo) {
  Learner learner{.spec = spec};
  if (spec.model_path.empty()) return learner;
  const ModelSource source = resolve_model(spec.model_path);
  learner.config = source.config;
  fit_to_model(learner, source, role);
  learner.digest = digest_of_model(source, memo);
  if (spec.kind == "elicit") {
    fit_elicitation(learner.spec.values, source.config, spec.values["model"], classes);
    resolve_prompt(learner, source, role);
    check_words(learner, role, classes);
    return learner;
  }
  learner.tune = parse_tune(spec.tune, role);
  learner.layers = learner.tune.layers_of(source.config);
  resolve_pooling(learner, role);
  resolve_prompt(learner, source, role);
  check_words(learner, role, classes);
  return learner;
}

Learner single_member(Learner learner) {
  if (!learner.spec.values.contains("ensemble")) return learner;
  learner.spec.name.erase(0, learner.spec.name.find(':') + 1);
  for (const char* key : {"ensemble", "rounds"}) learner.spec.values.erase(key);
  return learner;
}

Learner ngram_learner(const LearnerSpec& like, bool length_only) {
  Learner learner;
  learner.spec.kind = "ngrams";
  learner.spec.name = length_only ? "length-only" : "n-grams";
  learner.spec.text = like.text;
  learner.spec.values = {
      {"kind", "ngrams"}, {"text", like.text}, {"max_n", 2}, {"min_count", 2}, {"ngram_l2", 1.0}};
  if (length_only) learner.spec.values["length_only"] = true;
  return learner;
}

std::string zero_shot_impossible(const Learner& learner) {
  if (learner.spec.kind != "model" || learner.config.kind != ModelKind::decoder)
    return "an encoder has no language-model head";
  if (!learner.spec.values.contains("label_words"))
    return "the spec names no label words (student.label_words, one a class)";
  return "";
}

}  // namespace qinglan
