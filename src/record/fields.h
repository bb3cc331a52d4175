#pragma once
// One object of a record's JSON and where it stands in it, so that every refusal names the field. All
// functions throw Error{corrupt_data} where a field is missing, of another type, or out of its range.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

class Fields {
 public:
  // `json` must outlive this. `path`: "cells[2].seeds[0]"; empty for the whole.
  Fields(const Json& json, std::string source, std::string path);

  // Nothing may be there that the schema does not know: it would be lost without a word.
  void only(std::initializer_list<const char*> known) const;

  bool has(const char* key) const { return json_.contains(key); }
  template <typename T>
  T get(const char* key) const {
    return get_field<T>(json_, key, where());
  }
  double number(const char* key) const { return get<double>(key); }
  std::int64_t count(const char* key) const;
  std::optional<double> maybe(const char* key) const;
  std::string one_of(const char* key, std::initializer_list<const char*> words) const;
  Json object(const char* key) const;
  Json list(const char* key) const;
  std::string bytes(const char* key) const;          // of base64
  std::vector<float> floats(const char* key) const;  // of base64 of little-endian fp32, finite
  void check_size(const char* key, std::size_t size, std::size_t expected) const;

  Fields at(const char* key, const Json& item) const { return {item, source_, join(key)}; }
  Fields at(const char* key, std::size_t index, const Json& item) const;
  Fields at(const char* key, const std::string& name, const Json& item) const;

  [[noreturn]] void refuse(const std::string& key, const std::string& expected,
                           const std::string& found) const;

 private:
  std::string join(const std::string& key) const;
  std::string where() const { return path_.empty() ? source_ : source_ + " (" + path_ + ")"; }

  const Json& json_;
  std::string source_, path_;
};

}  // namespace qinglan
