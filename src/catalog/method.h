#pragma once
// What methods there are, without torch: one source of truth for the spec's checks, `qinglan methods` and the
// docs. train/ registers an objective under each id; a test checks that the two sets are equal.

#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

struct ParameterInfo {
  std::string name;
  Json fallback;  // the default; its JSON type is the parameter's type
  std::string help;
  double low, high;                  // of numbers, inclusive; equal where no number may be given
  std::vector<std::string> words{};  // that may be said in place of a number
  // Absent from resolved parameters while it has its default, so that it enters no key of a run that does not
  // set it.
  bool quiet = false;
};

struct MethodInfo {
  std::string name, formula, source, when;
  std::vector<ParameterInfo> parameters;
};

const std::vector<MethodInfo>& methods();
// Throws Error{usage} that lists what there is and names the nearest.
const MethodInfo& find_method(const std::string& name);
// Fills in the defaults that are not quiet; throws Error{usage} for an unknown parameter, a wrong type or a
// value out of range.
Json resolve_parameters(const MethodInfo& method, const Json& given);

}  // namespace qinglan
