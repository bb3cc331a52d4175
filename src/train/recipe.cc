#include "train/recipe.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

[[noreturn]] void refuse(const std::string& key, const std::string& expected, const Json& value) {
  throw Error(ErrorKind::usage, "recipe key " + key).expected(expected).found(value.dump());
}

// A number in [low, high]; `open` leaves out low itself.
double number(const std::string& key, const Json& value, double low, double high, bool open = false) {
  const std::string range =
      (open ? "a number above " : "a number from ") + Json(low).dump() +
      (high == kInfinity ? std::string() : (open ? ", at most " : " to ") + Json(high).dump());
  if (!value.is_number()) refuse(key, range, value);
  const auto x = value.get<double>();
  if (!(open ? x > low : x >= low) || !(x <= high) || x == kInfinity) refuse(key, range, value);
  return x;
}

std::int64_t whole(const std::string& key, const Json& value, std::int64_t low) {
  const std::string range = "a whole number, at least " + std::to_string(low);
  if (!value.is_number_integer() || value.get<std::int64_t>() < low) refuse(key, range, value);
  return value.get<std::int64_t>();
}

std::string word(const std::string& key, const Json& value, const std::vector<std::string>& words) {
  for (const auto& known : words)
    if (value == known) return known;
  refuse(key, listed(words), value);
}

std::vector<Pooling> pooling_list(const Json& value) {
  if (value == "auto") return {};
  if (value.is_string()) return {pooling_named(value.get<std::string>())};
  if (!value.is_array() || value.empty()) refuse("pooling", "last, mean, cls, auto or a list of them", value);
  std::vector<Pooling> list;
  for (const auto& item : value) {
    if (!item.is_string()) refuse("pooling", "last, mean, cls, auto or a list of them", value);
    list.push_back(pooling_named(item.get<std::string>()));
  }
  return list;
}

std::vector<double> penalty_list(const Json& value) {
  if (!value.is_array() || value.empty()) refuse("l2", "a list of numbers above 0", value);
  std::vector<double> list;
  for (const auto& item : value) list.push_back(number("l2", item, 0, kInfinity, /*open=*/true));
  return list;
}

LabelWords word_lists(const Json& value) {
  const std::string expected = "a list with a word, or a list of words, for each class";
  if (!value.is_array()) refuse("label_words", expected, value);
  LabelWords lists;
  for (const auto& item : value) {
    const Json words = item.is_array() ? item : Json::array({item});
    lists.emplace_back();
    for (const auto& word : words) {
      if (!word.is_string()) refuse("label_words", expected, value);
      lists.back().push_back(word.get<std::string>());
    }
    if (lists.back().empty()) refuse("label_words", expected, value);
  }
  return lists;
}

Recipe::Tune tune_of(const Json& value) {
  const std::string name = word("tune", value, {"full", "lora", "probe"});
  return name == "full" ? Recipe::Tune::full : name == "lora" ? Recipe::Tune::lora : Recipe::Tune::probe;
}

using Setter = std::function<void(Recipe&, const Json&)>;

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> table = {
      {"tune", [](Recipe& r, const Json& v) { r.tune = tune_of(v); }},
      {"dtype",
       [](Recipe& r, const Json& v) {
         r.dtype =
             word("dtype", v, {"bfloat16", "float32"}) == "float32" ? torch::kFloat32 : torch::kBFloat16;
       }},
      {"max_tokens", [](Recipe& r, const Json& v) { r.max_tokens = whole("max_tokens", v, 1); }},
      {"pooling", [](Recipe& r, const Json& v) { r.pooling = pooling_list(v); }},
      {"depth", [](Recipe& r, const Json& v) { r.depth = whole("depth", v, -1); }},
      {"lr", [](Recipe& r, const Json& v) { r.lr = number("lr", v, 0, kInfinity, true); }},
      {"head_lr", [](Recipe& r, const Json& v) { r.head_lr = number("head_lr", v, 0, kInfinity, true); }},
      {"epochs", [](Recipe& r, const Json& v) { r.epochs = whole("epochs", v, 1); }},
      {"batch", [](Recipe& r, const Json& v) { r.batch = whole("batch", v, 1); }},
      {"micro_tokens", [](Recipe& r, const Json& v) { r.micro_tokens = whole("micro_tokens", v, 1); }},
      {"schedule",
       [](Recipe& r, const Json& v) {
         r.schedule = Schedule::shape_named(word("schedule", v, {"linear", "cosine", "constant"}));
       }},
      {"warmup", [](Recipe& r, const Json& v) { r.warmup.share = number("warmup", v, 0, 1); }},
      {"warmup_steps", [](Recipe& r, const Json& v) { r.warmup.steps = whole("warmup_steps", v, 1); }},
      {"ramp",
       [](Recipe& r, const Json& v) {
         r.warmup.from_zero = word("ramp", v, {"above", "zero"}) == "zero";
       }},
      {"order",
       [](Recipe& r, const Json& v) {
         r.order = BatchOrder::form_named(word("order", v, {"epochs", "stream", "repeat"}));
       }},
      {"decay",
       [](Recipe& r, const Json& v) {
         r.decay_vectors = word("decay", v, {"all", "matrices"}) == "all";
       }},
      {"head",
       [](Recipe& r, const Json& v) {
         r.small_head = word("head", v, {"new", "small"}) == "small";
       }},
      {"clip", [](Recipe& r, const Json& v) { r.clip = number("clip", v, 0, kInfinity); }},
      {"weight_decay",
       [](Recipe& r, const Json& v) { r.adamw.weight_decay = number("weight_decay", v, 0, kInfinity); }},
      {"beta1", [](Recipe& r, const Json& v) { r.adamw.beta1 = number("beta1", v, 0, 0.999999); }},
      {"beta2", [](Recipe& r, const Json& v) { r.adamw.beta2 = number("beta2", v, 0, 0.999999); }},
      {"lora_rank", [](Recipe& r, const Json& v) { r.lora.rank = whole("lora_rank", v, 1); }},
      {"lora_alpha",
       [](Recipe& r, const Json& v) { r.lora.alpha = number("lora_alpha", v, 0, kInfinity, true); }},
      {"validation", [](Recipe& r, const Json& v) { r.validation = number("validation", v, 0, 0.5); }},
      {"stop",
       [](Recipe& r, const Json& v) {
         r.best_epoch = word("stop", v, {"last", "weak-validation"}) == "weak-validation";
       }},
      {"layers", [](Recipe& r, const Json& v) { r.layers = whole("layers", v, 0); }},
      {"l2", [](Recipe& r, const Json& v) { r.probe.l2 = penalty_list(v); }},
      {"label_words", [](Recipe& r, const Json& v) { r.label_words = word_lists(v); }},
      {"folds", [](Recipe& r, const Json& v) { r.probe.folds = whole("folds", v, 2); }},
  };
  return table;
}

}  // namespace

const std::vector<std::string>& Recipe::keys() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [key, setter] : setters()) list.push_back(key);
    return list;
  }();
  return names;
}

Recipe Recipe::from_json(const Json& values) {
  Recipe recipe;
  if (!values.is_object() || !values.contains("tune"))
    throw Error(ErrorKind::usage, "a recipe needs tune").expected("full, lora or probe");
  recipe.tune = tune_of(values.at("tune"));
  if (recipe.tune == Tune::full) recipe.lr = 3e-5;
  for (const auto& [key, value] : values.items()) {
    const auto setter = setters().find(key);
    if (setter == setters().end()) {
      Error error(ErrorKind::usage, "no such recipe key: " + key);
      if (const auto near = nearest_word(key, keys())) error.hint("did you mean " + *near + "?");
      throw error;
    }
    setter->second(recipe, value);
  }
  return recipe;
}

std::vector<Pooling> Recipe::poolings(ModelKind kind) const {
  std::vector<Pooling> list = pooling;
  if (list.empty() && kind == ModelKind::encoder) list = {Pooling::mean};
  if (list.empty())
    list = tune == Tune::probe ? std::vector{Pooling::last, Pooling::mean} : std::vector{Pooling::last};
  if (tune != Tune::probe && list.size() != 1)
    throw Error(ErrorKind::usage, "pooling of a fine-tuned model")
        .expected("one way")
        .found(std::to_string(list.size()));
  if (kind == ModelKind::decoder && std::find(list.begin(), list.end(), Pooling::cls) != list.end())
    throw Error(ErrorKind::usage, "pooling cls of a decoder: its first token sees nothing else")
        .hint("use last or mean");
  return list;
}

}  // namespace qinglan
