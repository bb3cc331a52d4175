#pragma once
// The fields of a config.json, typed, with the file named in every error.

#include <string>

#include "base/error.h"
#include "base/json.h"

namespace qinglan {

class HfConfig {
 public:
  HfConfig(Json json, std::string source) : json_(std::move(json)), source_(std::move(source)) {}

  const Json& json() const { return json_; }
  const std::string& source() const { return source_; }
  bool has(const char* key) const {
    const auto entry = json_.find(key);
    return entry != json_.end() && !entry->is_null();
  }
  // Throws Error{corrupt_data} that names file and key.
  template <typename T>
  T get(const char* key) const {
    return get_field<T>(json_, key, source_);
  }
  // The fallback stands for an absent key and for null.
  template <typename T>
  T get_or(const char* key, T fallback) const {
    return has(key) ? get_field<T>(json_, key, source_) : fallback;
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
