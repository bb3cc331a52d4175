#include "record/fields.h"

#include <bit>
#include <cmath>

#include "base/base64.h"
#include "base/error.h"
#include "base/listed.h"

namespace qinglan {

Fields::Fields(const Json& json, std::string source, std::string path)
    : json_(json), source_(std::move(source)), path_(std::move(path)) {
  if (!json_.is_object()) refuse("", "an object", json_.type_name());
}

void Fields::only(std::initializer_list<const char*> known) const {
  for (const auto& [key, value] : json_.items()) {
    bool found = false;
    for (const char* name : known) found |= key == name;
    if (!found) refuse(key, "no such field in this schema", value.type_name());
  }
}

std::int64_t Fields::count(const char* key) const {
  const auto value = get<std::int64_t>(key);
  if (value < 0) refuse(key, "a count of at least 0", std::to_string(value));
  return value;
}

std::optional<double> Fields::maybe(const char* key) const {
  return has(key) ? std::optional<double>(number(key)) : std::nullopt;
}

std::string Fields::one_of(const char* key, std::initializer_list<const char*> words) const {
  const auto value = get<std::string>(key);
  for (const char* word : words)
    if (value == word) return value;
  refuse(key, "one of " + listed(words), "'" + value + "'");
}

Json Fields::object(const char* key) const {
  auto value = get<Json>(key);
  if (!value.is_object()) refuse(key, "an object", value.type_name());
  return value;
}

Json Fields::list(const char* key) const {
  auto value = get<Json>(key);
  if (!value.is_array()) refuse(key, "a list", value.type_name());
  return value;
}

std::string Fields::bytes(const char* key) const {
  auto decoded = base64_decode(get<std::string>(key));
  if (!decoded) refuse(key, "base64", "text that is none");
  return *std::move(decoded);
}

std::vector<float> Fields::floats(const char* key) const {
  const std::string raw = bytes(key);
  if (raw.size() % 4 != 0) refuse(key, "whole fp32 numbers", std::to_string(raw.size()) + " bytes");
  std::vector<float> values(raw.size() / 4);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t bits = 0;
    for (int b = 3; b >= 0; --b) bits = bits << 8 | static_cast<unsigned char>(raw[4 * i + b]);
    values[i] = std::bit_cast<float>(bits);
    if (!std::isfinite(values[i])) refuse(key, "finite numbers", "a NaN or Inf at " + std::to_string(i));
  }
  return values;
}

void Fields::check_size(const char* key, std::size_t size, std::size_t expected) const {
  if (size != expected) refuse(key, std::to_string(expected) + " entries", std::to_string(size));
}

Fields Fields::at(const char* key, std::size_t index, const Json& item) const {
  return {item, source_, join(key) + "[" + std::to_string(index) + "]"};
}

Fields Fields::at(const char* key, const std::string& name, const Json& item) const {
  return {item, source_, join(key) + "['" + name + "']"};
}

void Fields::refuse(const std::string& key, const std::string& expected, const std::string& found) const {
  throw Error(ErrorKind::corrupt_data, "field '" + join(key) + "'")
      .in(source_)
      .expected(expected)
      .found(found);
}

std::string Fields::join(const std::string& key) const {
  return path_.empty() || key.empty() ? path_ + key : path_ + "." + key;
}

}  // namespace qinglan
