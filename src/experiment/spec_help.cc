#include "experiment/spec_help.h"

#include <algorithm>
#include <set>

#include "experiment/recipe.h"
#include "experiment/schema.h"

namespace qinglan {
namespace {

constexpr std::size_t kHelpColumn = 28;

std::string line(const std::string& key, const std::string& value, const std::string& help) {
  std::string text = key + (value.empty() ? "" : " = " + value);
  text.resize(std::max(text.size() + 2, kHelpColumn), ' ');
  return text + "# " + help + "\n";
}

// Empty where there is none, or where it differs from one way of tuning to another (then the help says it).
std::string default_of(const KeyInfo& info) {
  if (!info.fallback.is_null()) return info.fallback.dump();
  std::set<std::string> values;
  for (const char* tune : {"probe", "full", "lora"})
    if (const Json defaults = recipe_defaults(tune); defaults.contains(info.key))
      values.insert(defaults[info.key].dump());
  return values.size() == 1 ? *values.begin() : "";
}

// Its other keys are those of a student.
bool is_of_chain_alone(const KeyInfo& info) { return find_key("student", info.key) == nullptr; }

}  // namespace

std::string spec_help() {
  std::string help;
  for (const auto& info : spec_keys())
    if (!*info.section) help += line(info.key, default_of(info), info.help);
  for (const auto& section : spec_sections()) {
    help += "\n[" + section + "]\n";
    for (const auto& info : spec_keys())
      if (section == info.section && (section != "chain" || is_of_chain_alone(info)))
        help += line(info.key, default_of(info), info.help);
    if (section == "chain")
      help += line("<key of [student]>", "",
                   "of all its models; of one of them in a table of its own, [chain.\"minilm-l6\"]");
    if (section == "method") {
      help += "\n[method.<name>]\n";
      help += line(
          "<parameter>", "",
          "that method's or stage's own (a stage in quotes, [method.\"filter:topo\"]): qinglan methods show "
          "<name>");
    }
  }
  help += line("\"<section>.<key>\"", "[..]", "values of an axis; cells are all combinations of the axes");
  return help;
}

}  // namespace qinglan
