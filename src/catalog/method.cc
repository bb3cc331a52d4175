#include "catalog/method.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/listed.h"
#include "base/named.h"
#include "catalog/methods/all.h"

namespace qinglan {
namespace {

const char* type_of(const ParameterInfo& parameter) {
  if (parameter.fallback.is_boolean()) return "true or false";
  if (parameter.fallback.is_number_integer()) return "an integer";
  if (parameter.fallback.is_string()) return "text";
  return "a number";
}

std::string expectation(const ParameterInfo& parameter) {
  std::string text = parameter.words.empty() ? type_of(parameter) : "one of " + listed(parameter.words);
  if (parameter.low == parameter.high) return text;
  if (!parameter.words.empty()) text += ", or a number";
  return text + " from " + Json(parameter.low).dump() + " to " + Json(parameter.high).dump();
}

// The value in the type the parameter has, or an error that says what it may be.
Json checked(const MethodInfo& method, const ParameterInfo& parameter, const Json& given) {
  const auto wrong = [&](const std::string& hint) {
    return std::move(Error(ErrorKind::usage, "the parameter \"" + parameter.name + "\" of the method " +
                                                 method.name + " cannot have this value")
                         .expected(expectation(parameter))
                         .found(given.dump())
                         .hint(hint));
  };
  if (parameter.fallback.is_string() && parameter.words.empty() && given.is_string()) return given;
  if (given.is_string()) {
    const auto word = given.get<std::string>();
    if (std::find(parameter.words.begin(), parameter.words.end(), word) != parameter.words.end())
      return given;
    const auto near = nearest_word(word, parameter.words);
    throw wrong(near ? "Did you mean \"" + *near + "\"?" : "");
  }
  if (parameter.fallback.is_boolean()) {
    if (!given.is_boolean()) throw wrong("");
    return given;
  }
  const bool number = parameter.low < parameter.high && given.is_number();
  if (!number || (parameter.fallback.is_number_integer() && !given.is_number_integer())) throw wrong("");
  const double value = given.get<double>();
  if (!std::isfinite(value) || value < parameter.low || value > parameter.high) throw wrong("");
  return parameter.fallback.is_number_integer() ? given : Json(value);
}

}  // namespace

const std::vector<MethodInfo>& methods() {
  static const std::vector<MethodInfo> all{
      naive_method(),          logconf_method(), kl_method(),        smoothing_method(),
      temperature_method(),    product_method(), window_method(),    entropy_method(),
      entropy_compat_method(), augconf_method(), adaptconf_method(), reverse_ce_method(),
      reverse_kl_method(),     cace_method(),    symmetric_method(), forward_method(),
      channel_method(),
  };
  return all;
}

const MethodInfo& find_method(const std::string& name) {
  return find_named(methods(), name, "method", "See qinglan methods list.");
}

Json resolve_parameters(const MethodInfo& method, const Json& given) {
  if (!given.is_object() && !given.is_null())
    throw Error(ErrorKind::usage, "the parameters of the method " + method.name + " are no table")
        .found(given.dump());
  std::vector<std::string> names;
  Json resolved = Json::object();
  for (const auto& parameter : method.parameters) {
    names.push_back(parameter.name);
    const bool told = given.is_object() && given.contains(parameter.name);
    const Json value = told ? checked(method, parameter, given[parameter.name]) : parameter.fallback;
    if (!parameter.quiet || value != parameter.fallback) resolved[parameter.name] = value;
  }
  if (given.is_null()) return resolved;
  for (const auto& [name, value] : given.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto near = nearest_word(name, names);
    throw Error(ErrorKind::usage, "the method " + method.name + " has no parameter \"" + name + "\"")
        .expected("one of " + listed(names))
        .hint(near ? "Did you mean " + *near + "?" : "See qinglan methods show " + method.name + ".");
  }
  return resolved;
}

}  // namespace qinglan
