#include "base/json.h"

#include <cmath>
#include <set>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr int kMaxDepth = 64;

// nlohmann's SAX hooks: keeps the last of duplicate keys silently, so keys are counted here.
class StrictParser {
 public:
  explicit StrictParser(const std::string& source) : source_(source) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (depth > kMaxDepth)
      throw Error(ErrorKind::corrupt_data, "JSON is nested deeper than " + std::to_string(kMaxDepth))
          .in(source_);
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second)
      throw Error(ErrorKind::corrupt_data, "JSON has the key '" + parsed.get<std::string>() + "' twice")
          .in(source_);
    if (event == Event::value && parsed.is_number_float() && !std::isfinite(parsed.get<double>()))
      throw Error(ErrorKind::corrupt_data, "JSON number is out of range").in(source_);
    return true;
  }

 private:
  const std::string& source_;
  std::vector<std::set<std::string>> keys_;
};

void refuse_non_finite(const Json& value) {
  if (value.is_number_float()) {
    QL_CHECK(std::isfinite(value.get<double>()), "a NaN or Inf must not reach JSON");
  } else if (value.is_structured()) {
    for (const auto& item : value) refuse_non_finite(item);
  }
}

// "[json.exception.parse_error.101] parse error at line 1, column 8: what it is": the offset tells the place.
std::string_view without_origin(std::string_view message) {
  constexpr auto kNone = std::string_view::npos;
  if (const auto end = message.find("] "); end != kNone) message.remove_prefix(end + 2);
  if (!message.starts_with("parse error")) return message;
  const auto end = message.find(": ");
  return end == kNone ? message : message.substr(end + 2);
}

// The library repeats what it read, which need not be text.
std::string legible(std::string_view message) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      text += c;
    else
      text.append({'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return text;
}

[[noreturn]] void wrong_type(const std::string& key, const char* expected, const Json& found,
                             const std::string& source) {
  throw Error(ErrorKind::corrupt_data, "field '" + key + "'")
      .in(source)
      .expected(expected)
      .found(found.type_name());
}

template <typename T>
T convert(const Json& value, const std::string& key, const std::string& source);

template <>
Json convert<Json>(const Json& value, const std::string&, const std::string&) {
  return value;
}

template <>
std::string convert<std::string>(const Json& value, const std::string& key, const std::string& source) {
  if (!value.is_string()) wrong_type(key, "a string", value, source);
  return value.get<std::string>();
}
template <>
bool convert<bool>(const Json& value, const std::string& key, const std::string& source) {
  if (!value.is_boolean()) wrong_type(key, "true or false", value, source);
  return value.get<bool>();
}
template <>
double convert<double>(const Json& value, const std::string& key, const std::string& source) {
  if (!value.is_number()) wrong_type(key, "a number", value, source);
  return value.get<double>();
}
template <>
std::int64_t convert<std::int64_t>(const Json& value, const std::string& key, const std::string& source) {
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX))
    wrong_type(key, "an integer", value, source);
  return value.get<std::int64_t>();
}
template <>
std::uint64_t convert<std::uint64_t>(const Json& value, const std::string& key, const std::string& source) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 0))
    wrong_type(key, "an integer of at least 0", value, source);
  return value.get<std::uint64_t>();
}

template <typename T>
struct Reader {
  static T read(const Json& value, const std::string& key, const std::string& source) {
    return convert<T>(value, key, source);
  }
};
template <typename T>
struct Reader<std::vector<T>> {
  static std::vector<T> read(const Json& value, const std::string& key, const std::string& source) {
    if (!value.is_array()) wrong_type(key, "a list", value, source);
    std::vector<T> items;
    items.reserve(value.size());
    for (const auto& item : value) items.push_back(convert<T>(item, key, source));
    return items;
  }
};

}  // namespace

Json parse_json(std::string_view text, const std::string& source) {
  // The library takes a NUL for the end of the text and would pass over what follows it.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    throw Error(ErrorKind::corrupt_data, "not valid JSON").in(source).offset(nul).found("a NUL byte");
  try {
    return Json::parse(text, StrictParser(source));
  } catch (const Json::parse_error& e) {
    throw Error(ErrorKind::corrupt_data, "not valid JSON")
        .in(source)
        .offset(e.byte)
        .found(legible(without_origin(e.what())));
  } catch (const Json::out_of_range& e) {
    throw Error(ErrorKind::corrupt_data, "not valid JSON")
        .in(source)
        .found(legible(without_origin(e.what())));
  }
}

std::string canonical_json(const Json& value) {
  refuse_non_finite(value);
  return value.dump();
}

std::string pretty_json(const Json& value) {
  refuse_non_finite(value);
  return value.dump(2);
}

template <typename T>
T get_field(const Json& object, const std::string& key, const std::string& source) {
  if (!object.is_object()) wrong_type(key, "an object around it", object, source);
  const auto it = object.find(key);
  if (it == object.end()) throw Error(ErrorKind::corrupt_data, "field '" + key + "' is missing").in(source);
  return Reader<T>::read(*it, key, source);
}

#define QL_FIELD(T)                                                             \
  template T get_field<T>(const Json&, const std::string&, const std::string&); \
  template std::vector<T> get_field<std::vector<T>>(const Json&, const std::string&, const std::string&)
QL_FIELD(Json);
QL_FIELD(std::string);
QL_FIELD(double);
QL_FIELD(std::int64_t);
QL_FIELD(std::uint64_t);
template bool get_field<bool>(const Json&, const std::string&, const std::string&);
#undef QL_FIELD

}  // namespace qinglan
