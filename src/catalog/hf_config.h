#pragma once
// The fields of a config.json, typed, with the file named in every error.

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/json.h"

namespace qinglan {

// Readers add to and multiply what they read; no model has larger numbers, and a double holds them.
inline constexpr std::int64_t kMostInteger = std::int64_t{1} << 53;

inline void check_integer(std::int64_t value, const std::string& key, const std::string& source) {
  if (value >= -kMostInteger && value <= kMostInteger) return;
  throw Error(ErrorKind::corrupt_data, "field '" + key + "' is out of range")
      .in(source)
      .found(std::to_string(value));
}

class HfConfig {
 public:
  HfConfig(Json json, std::string source) : json_(std::move(json)), source_(std::move(source)) {}

  const Json& json() const { return json_; }
  const std::string& source() const { return source_; }
  bool has(const char* key) const {
    const auto entry = json_.find(key);
    return entry != json_.end() && !entry->is_null();
  }
  // Throws Error{corrupt_data} that names file and key, also for an integer above kMostInteger.
  template <typename T>
  T get(const char* key) const {
    const T value = get_field<T>(json_, key, source_);
    if constexpr (std::is_same_v<T, std::int64_t>) check_integer(value, key, source_);
    return value;
  }
  // The fallback stands for an absent key and for null.
  template <typename T>
  T get_or(const char* key, T fallback) const {
    return has(key) ? get<T>(key) : fallback;
  }
  // Empty where the key is absent or null. Throws Error{corrupt_data} for what is no object.
  Json object(const char* key) const {
    Json value = get_or<Json>(key, Json::object());
    if (!value.is_object())
      throw Error(ErrorKind::corrupt_data, "field '" + std::string(key) + "'")
          .in(source_)
          .expected("an object")
          .found(value.type_name());
    return value;
  }
  // An option that changes what the model computes and that this build does not do.
  void refuse(bool condition, const std::string& what) const {
    if (condition)
      throw Error(ErrorKind::unsupported, "this model uses " + what + ", which is not supported").in(source_);
  }

 private:
  Json json_;
  std::string source_;
};

}  // namespace qinglan
