#pragma once
// JSON as the engine uses it: objects keep sorted keys, so a dump is canonical; duplicate keys, non-finite
// numbers and nesting deeper than 64 are refused on the way in, non-finite numbers on the way out.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

using Json = nlohmann::json;

// Throws Error{corrupt_data} that names `source` (a path or what the text is) and the byte offset.
Json parse_json(std::string_view text, const std::string& source);

// One line, sorted keys, shortest round-trip numbers: the form that is hashed. Throws Error{internal} on NaN
// or Inf.
std::string canonical_json(const Json& value);
// The same for people: indented by two.
std::string pretty_json(const Json& value);

// Typed reading of a field with errors that name `source` and the key. T: std::string, bool, double,
// std::int64_t, std::uint64_t, Json, and vectors of these.
template <typename T>
T get_field(const Json& object, const std::string& key, const std::string& source);

}  // namespace qinglan
