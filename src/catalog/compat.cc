#include "catalog/compat.h"

#include "base/error.h"
#include "base/named.h"
#include "catalog/compat/all.h"

namespace qinglan {
namespace {

// "student.lr" is of the section "student" with the key "lr"; a method's name may hold dots, a key none.
std::pair<std::string, std::string> section_and_key(const std::string& dotted) {
  const auto dot = dotted.rfind('.');
  return {dotted.substr(0, dot), dotted.substr(dot + 1)};
}

}  // namespace

const std::vector<Compat>& compats() {
  static const std::vector<Compat> all{openai_compat(), eleuther_compat()};
  return all;
}

const Compat& find_compat(const std::string& name) {
  return find_named(compats(), name, "compat profile", "See qinglan compat list.");
}

Json compat_defaults(const Compat& compat, const std::string& section) {
  Json defaults = Json::object();
  for (const auto& deviation : compat.deviations) {
    const auto [where, key] = section_and_key(deviation.key);
    const bool any = section == "supervisor" || section == "chain" || section == "student";
    if (where != section && !(where == "learner" && any)) continue;
    defaults[key] = deviation.same_as.empty() ? deviation.value : Json{{"same_as", deviation.same_as}};
  }
  return defaults;
}

}  // namespace qinglan
