#include "experiment/recipe.h"

#include <filesystem>
#include <map>
#include <set>

#include "base/error.h"
#include "catalog/known_model.h"
#include "experiment/choice.h"
#include "experiment/schema.h"
#include "experiment/tune.h"

namespace qinglan {
namespace {

const std::set<std::string> kAlways = {"model",    "tune",  "text", "chat",    "system",     "max_tokens",
                                       "truncate", "dtype", "base", "pooling", "label_words"};
const std::set<std::string> kProbe = {"depth", "l2", "folds"};
const std::set<std::string> kFineTune = {
    "head",   "lr",    "head_lr",      "epochs", "batch",     "micro_tokens", "schedule",
    "warmup", "clip",  "weight_decay", "beta1",  "beta2",     "recompute",    "warmup_steps",
    "ramp",   "order", "decay",        "stop",   "validation"};
const std::set<std::string> kLora = {"lora_rank", "lora_alpha"};
const std::set<std::string> kFeatures = {"depth", "pooling", "max_tokens", "dtype"};

struct Range {
  const char* key;
  double low, high;
};
constexpr Range kRanges[] = {{"max_tokens", 1, 1 << 20},
                             {"depth", -1, 1000},
                             {"folds", 2, 100},
                             {"lr", 0, 10},
                             {"head_lr", 0, 10},
                             {"epochs", 1, 1000},
                             {"batch", 1, 1 << 16},
                             {"warmup", 0, 1},
                             {"warmup_steps", 1, 1 << 30},
                             {"clip", 0, 1e9},
                             {"weight_decay", 0, 1},
                             {"beta1", 0, 0.99999},
                             {"beta2", 0, 0.999999},
                             {"lora_rank", 1, 4096},
                             {"lora_alpha", 1e-6, 1e6},
                             {"micro_tokens", 1, 1 << 24},
                             {"validation", 0.01, 0.5},
                             {"shots", 1, 1000},
                             {"rows", 2, 4096},
                             {"start", 1, 4096},
                             {"steps", 0, 1e6},
                             {"alpha", 0, 1e6},
                             {"easy", 0.001, 1},
                             {"restarts", 1, 1000},
                             {"rounds", 2, 1000}};

// `tune`: probe, full or lora, whichever blocks are trained.
bool used_by(const std::string& tune, const std::string& key) {
  if (kAlways.contains(key)) return true;
  if (tune == "probe") return kProbe.contains(key);
  return kFineTune.contains(key) || (tune == "lora" && kLora.contains(key));
}

// Words that mean what there was before there was a choice: they enter no key.
const std::map<std::string, std::string> kUnsaid = {{"order", "epochs"}, {"ramp", "above"}, {"decay", "all"}};

// A warm-up is a share of the steps or a number of them, whichever is said by whom comes first.
void settle_warmup(Json& result, const Json& values, const std::string& source) {
  if (values.contains("warmup") && values.contains("warmup_steps"))
    throw Error(ErrorKind::usage, "'warmup' and 'warmup_steps' exclude each other").in(source);
  if (values.contains("warmup"))
    result.erase("warmup_steps");
  else if (result.contains("warmup_steps"))
    result.erase("warmup");
}

void check_words(const Json& result, const std::string& source) {
  const std::map<std::string, std::vector<std::string>> words = {
      {"schedule", {"linear", "cosine", "constant"}},
      {"order", {"epochs", "stream", "repeat"}},
      {"ramp", {"above", "zero"}},
      {"decay", {"all", "matrices"}}};
  for (const auto& [key, known] : words)
    if (result.contains(key)) require_one_of(result, "learner", key, known, source);
}

Json keep(const Json& values, const std::set<std::string>& keys) {
  Json kept = Json::object();
  for (const auto& [key, value] : values.items())
    if (keys.contains(key)) kept[key] = value;
  return kept;
}

}  // namespace

Json recipe_defaults(const std::string& tune) {
  if (tune == "probe") return {{"l2", {1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0}}, {"folds", 5}};
  Json fine = {{"lr", tune == "lora" ? 3e-4 : 3e-5},
               {"head_lr", 1e-3},
               {"epochs", 2},
               {"batch", 32},
               {"micro_tokens", 2048},
               {"schedule", "linear"},
               {"warmup", 0.1},
               {"clip", 1.0},
               {"weight_decay", 0.0},
               {"beta1", 0.9},
               {"beta2", 0.999}};
  if (tune == "lora") fine.update({{"lora_rank", 8}, {"lora_alpha", 16.0}});
  return fine;
}

void check_ranges(const Json& values, const std::string& source) {
  for (const auto& range : kRanges) {
    if (!values.contains(range.key)) continue;
    const Json& given = values[range.key];
    for (const Json& one : given.is_array() ? given : Json::array({given})) {
      const double value = one.get<double>();
      if (!(value >= range.low && value <= range.high))
        throw Error(ErrorKind::usage, std::string("'") + range.key + "' is out of range")
            .in(source)
            .expected(Json(range.low).dump() + " .. " + Json(range.high).dump())
            .found(one.dump());
    }
  }
}

Json with_recipe_defaults(const Json& values, const std::string& source, const Json& compat) {
  const std::string tune = parse_tune(values.at("tune"), source).kind;
  Json result = recipe_defaults(tune);
  for (const auto& [key, value] : compat.items())
    if (used_by(tune, key)) result[key] = value;
  for (const auto& [key, value] : values.items()) {
    const KeyInfo* info = find_key("student", key);
    const bool is_compats = compat.contains(key) && compat[key] == value;
    const bool set_by_user = info && value != info->fallback && !is_compats;
    if (used_by(tune, key))
      result[key] = value;
    else if (set_by_user && info)
      throw Error(ErrorKind::usage, "'" + key + "' means nothing for tune = \"" + tune + "\"").in(source);
  }
  for (auto& [key, value] : result.items())
    if (value.is_object()) value = Json(result.at(value.at("same_as").get<std::string>()));
  settle_warmup(result, values, source);
  check_words(result, source);
  if (tune == "full" && result.value("base", "") == "file")
    throw Error(ErrorKind::usage,
                "'base' = \"file\" cannot be trained in full: blocks of few bits have no gradients")
        .in(source)
        .hint("use tune = \"lora\" or \"probe\", or leave base at \"compute\"");
  check_ranges(result, source);
  resolve_choice(result, source);
  if (tune == "probe" && result["l2"].empty())
    throw Error(ErrorKind::usage, "'l2' needs at least one value").in(source);
  return result;
}

void check_system(const Json& values, const std::string& section, const std::string& source) {
  if (values.at("system") != "" && !values.at("chat").get<bool>())
    throw Error(ErrorKind::usage, section + ".system means nothing without chat = true")
        .in(source)
        .hint("set chat = true, or write it into the text template");
}

void check_prompt(const Json& values, const std::string& section, const std::string& source) {
  const auto refuse = [&](const std::string& message, const std::string& hint) {
    throw Error(ErrorKind::usage, section + message).in(source).hint(hint);
  };
  require_one_of(values, section, "truncate", {"right", "left", "refuse"}, source);
  require_one_of(values, section, "head", {"new", "words", "small"}, source);
  check_system(values, section, source);
  const bool words = values.at("head") == "words";
  if (words && values.at("tune") == "probe")
    refuse(".head = \"words\" means nothing for tune = \"probe\"",
           "A probe is fitted anew on pooled features; tune = \"lora\" or \"full\" start from label words.");
  if (words && !values.contains("label_words"))
    refuse(".head = \"words\" needs label_words",
           "label_words = [\" negative\", \" positive\"], one a class");
  if (!words && section == "supervisor" && values.contains("label_words"))
    refuse(".label_words are read with head = \"words\" only", "the zero-shot control is the student's");
}

void resolve_ensemble(Json& values, const Json& given, const std::string& source) {
  require_one_of(given, "supervisor", "ensemble", {"none", "bagging", "adaboost"}, source);
  const std::string ensemble = given.at("ensemble"), kind = given.at("kind");
  if (ensemble == "none") {
    if (given.contains("rounds"))
      throw Error(ErrorKind::usage, "supervisor.rounds means nothing without an ensemble")
          .in(source)
          .expected("ensemble = \"bagging\" or \"adaboost\"");
    return;
  }
  const bool probe = kind == "model" && given.at("tune") == "probe";
  if (kind != "ngrams" && !probe)
    throw Error(ErrorKind::usage, "supervisor.ensemble = \"" + ensemble + "\" trains n-grams or probes")
        .in(source)
        .expected("kind = \"ngrams\", or a model with tune = \"probe\"")
        .found(kind == "model" ? "tune = " + given.at("tune").dump() : "kind = \"" + kind + "\"");
  values["ensemble"] = ensemble;
  values["rounds"] = given.value("rounds", 10);
  check_ranges(values, source);
}

Json prompt_of(const Json& values) {
  Json prompt = {{"text", values.at("text")}};
  if (values.at("truncate") != "right") prompt["truncate"] = values.at("truncate");
  if (values.at("chat") == true) prompt["chat"] = {{"system", values.at("system")}};
  return prompt;
}

Json only_keys_of_kind(const Json& values, const std::string& kind) {
  if (kind == "lexicon") return keep(values, {"kind", "text", "path", "scale"});
  if (kind == "labels") return keep(values, {"kind", "text", "path"});
  if (kind == "annotators") return keep(values, {"kind", "text", "path", "combine", "annotators"});
  return keep(values, {"kind", "text", "max_n", "min_count", "ngram_l2"});
}

Json recipe_of(const Json& values) {
  std::set<std::string> keys = kFineTune;
  keys.insert(kLora.begin(), kLora.end());
  keys.insert({"l2", "folds"});
  if (values.at("tune") != "probe") keys.insert({"pooling", "max_tokens", "dtype"});
  Json recipe = keep(values, keys);
  recipe.erase("head");
  recipe.erase("recompute");
  if (values.value("head", "new") == "words") recipe["label_words"] = values.at("label_words");
  if (values.value("head", "new") == "small") recipe["head"] = "small";
  for (const auto& [key, word] : kUnsaid)
    if (recipe.value(key, word) == word) recipe.erase(key);
  return recipe;
}

Json feature_spec_of(const Json& values) { return keep(values, kFeatures); }

std::string find_packaged_file(const std::string& path) {
  if (std::filesystem::exists(path)) return path;
  const std::string packaged = deps_folder() + "/data/" + path;
  if (std::filesystem::exists(packaged)) return packaged;
  throw Error(ErrorKind::usage, "no such file")
      .in(path)
      .hint("looked for " + packaged + " too; ./dev setup installs packages");
}

}  // namespace qinglan
