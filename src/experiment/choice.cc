#include "experiment/choice.h"

#include <set>

#include "base/error.h"
#include "experiment/schema.h"

namespace qinglan {
namespace {

constexpr double kValidation = 0.1;  // share of the rows, unless the spec says another
constexpr std::size_t kMostSettings = 64;

void resolve_list(Json& values, const std::string& key, const std::string& source) {
  if (!values.contains(key) || !values[key].is_array()) return;
  std::set<std::string> seen;
  for (const auto& value : values[key])
    if (!seen.insert(value.dump()).second)
      throw Error(ErrorKind::usage, "student." + key + " names " + value.dump() + " twice").in(source);
  if (seen.empty())
    throw Error(ErrorKind::usage, "student." + key + ": the list has no value to choose from").in(source);
  if (seen.size() == 1) values[key] = Json(values[key][0]);
}

}  // namespace

const std::vector<std::string>& chosen_keys() {
  static const std::vector<std::string> keys = {"epochs", "head_lr", "lr", "weight_decay"};
  return keys;
}

void resolve_choice(Json& values, const std::string& source) {
  for (const auto& key : chosen_keys()) resolve_list(values, key, source);
  if (values.contains("stop")) {
    require_one_of(values, "student", "stop", {"last", "weak-validation"}, source);
    if (values["stop"] == "last") values.erase("stop");
  }
  const std::size_t settings = settings_of(values).size();
  if (settings > kMostSettings)
    throw Error(ErrorKind::usage, "the student's lists make too many combinations to train")
        .in(source)
        .expected("at most " + std::to_string(kMostSettings))
        .found(std::to_string(settings));
  if (settings > 0 || values.contains("stop")) {
    if (!values.contains("validation")) values["validation"] = kValidation;
  } else if (values.contains("validation")) {
    throw Error(ErrorKind::usage, "'validation' means nothing where nothing is chosen by it")
        .in(source)
        .hint("add stop = \"weak-validation\", or a list of values such as lr = [1e-4, 3e-4]");
  }
}

std::vector<Json> settings_of(const Json& recipe) {
  std::vector<Json> all = {Json::object()};
  for (const auto& key : chosen_keys()) {
    if (!recipe.contains(key) || !recipe[key].is_array()) continue;
    std::vector<Json> next;
    for (const auto& settings : all)
      for (const auto& value : recipe[key]) {
        next.push_back(settings);
        next.back()[key] = value;
      }
    all = std::move(next);
  }
  if (all.front().empty()) all.clear();
  return all;
}

Node with_settings(const Node& fit, const Json& settings) {
  Node node = fit;
  node.params["learner"].update(settings);
  for (const auto& [key, value] : settings.items()) node.title += ", " + key + " " + value.dump();
  return node;
}

std::string candidate_role(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "candidate." + std::string(digits.size() < 2 ? "0" : "") + digits;
}

Node choice_node(const Node& fit, const std::vector<Json>& settings,
                 const std::vector<std::string>& candidates) {
  QL_CHECK(settings.size() == candidates.size(), "a candidate for each of the settings");
  Node node;
  node.kind = fit.kind;
  node.params = {{"learner", {{"kind", "choice"}, {"settings", settings}}}, {"seed", fit.params.at("seed")}};
  // Whose labels they learned from; of a ceiling its choice must stay away from students of weak labels too.
  for (const char* role : {"labels", "gold", "truth"})
    if (const auto input = fit.inputs.find(role); input != fit.inputs.end()) node.inputs.insert(*input);
  for (std::size_t i = 0; i < candidates.size(); ++i) node.inputs[candidate_role(i)] = candidates[i];
  node.title = "choice among " + std::to_string(candidates.size()) + ": " + fit.title;
  return node;
}

}  // namespace qinglan
