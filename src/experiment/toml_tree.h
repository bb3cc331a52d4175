#pragma once
// TOML text as a JSON tree; dates are refused, non-finite numbers too.

#include <string>

#include "base/json.h"

namespace qinglan {

// Throws Error{usage} with file and line.
Json parse_toml(const std::string& text, const std::string& source);
// One TOML value, as after "--set a.b="; text that is no TOML value is taken as a string.
Json parse_toml_value(const std::string& text);

}  // namespace qinglan
