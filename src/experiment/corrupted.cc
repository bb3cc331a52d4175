#include "experiment/corrupted.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/listed.h"
#include "base/processor.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"
#include "supervise/corruptor.h"

namespace qinglan {
namespace {

const std::set<std::string> kModel = {"model", "depth",    "pooling", "max_tokens", "dtype",
                                      "base",  "truncate", "chat",    "system"};

bool reads(const Corruptor& corruptor, const std::string& key) {
  const auto& keys = corruptor.keys;
  return key == "kind" || key == "corrupt" || key == "text" ||
         std::find(keys.begin(), keys.end(), key) != keys.end() ||
         (corruptor.reads_features && kModel.contains(key));
}

bool anyone_reads(const std::string& key) {
  return std::any_of(corruptors().begin(), corruptors().end(),
                     [&](const Corruptor& corruptor) { return reads(corruptor, key); });
}

void check_rates(const Json& values, const std::string& source) {
  for (const char* key : {"rate", "rates"}) {
    if (!values.contains(key)) continue;
    for (const auto& rate : values[key].is_array() ? values[key] : Json::array({values[key]}))
      if (!(rate.get<double>() >= 0 && rate.get<double>() < 1))
        throw Error(ErrorKind::usage, std::string("supervisor.") + key + " is out of range")
            .in(source)
            .expected("shares of the rows, from 0 to less than 1")
            .found(values[key].dump());
  }
}

}  // namespace

Json corrupted_values(const Json& values, const std::string& source) {
  if (!values.contains("corrupt"))
    throw Error(ErrorKind::usage, "a supervisor of kind corrupted needs `corrupt`")
        .in(source)
        .expected("one of " + listed(corruptor_names()));
  require_one_of(values, "supervisor", "corrupt", corruptor_names(), source);
  const Corruptor& corruptor = find_corruptor(values["corrupt"]);
  Json result = Json::object();
  for (const auto& [key, value] : values.items()) {
    const KeyInfo* info = find_key("supervisor", key);
    if (reads(corruptor, key))
      result[key] = value;
    else if (info && value != info->fallback && !anyone_reads(key))
      throw Error(ErrorKind::usage, "'" + key + "' means nothing for a supervisor of kind corrupted")
          .in(source);
  }
  std::vector<std::string> needed = corruptor.keys;
  if (corruptor.reads_features) needed.push_back("model");
  for (const auto& key : needed)
    if (!result.contains(key))
      throw Error(ErrorKind::usage, "corrupt = \"" + corruptor.name + "\" needs `" + key + "`").in(source);
  check_rates(result, source);
  if (!corruptor.reads_features) return result;
  require_one_of(result, "supervisor", "dtype", {"auto", "bfloat16", "float32"}, source);
  require_one_of(result, "supervisor", "base", {"compute", "file"}, source);
  require_one_of(result, "supervisor", "truncate", {"right", "left", "refuse"}, source);
  check_system(result, "supervisor", source);
  check_ranges(result, source);
  if (result["dtype"] == "auto") result["dtype"] = fast_dtype();
  return result;
}

std::string corrupted_name(const Json& values) {
  const Json& rate = values.contains("rates") ? values["rates"] : values["rate"];
  if (!rate.is_array()) return values["corrupt"].get<std::string>() + ":" + rate.dump();
  return values["corrupt"].get<std::string>() + ":" +
         listed(rate, [](const Json& one) { return one.dump(); });
}

Json corruption_of(const Json& values, const std::vector<std::string>& classes) {
  if (values.contains("rates") && values["rates"].size() != classes.size())
    throw Error(ErrorKind::usage,
                "supervisor.rates needs one rate a class, in the order of the labels' names")
        .expected(std::to_string(classes.size()) + " rates")
        .found(values["rates"].dump());
  const Corruptor& corruptor = find_corruptor(values["corrupt"]);
  Json recipe = {{"kind", "corrupted"}, {"corrupt", corruptor.name}};
  for (const auto& key : corruptor.keys) recipe[key] = values.at(key);
  if (corruptor.reads_texts) recipe["text"] = values.at("text");
  return recipe;
}

}  // namespace qinglan
