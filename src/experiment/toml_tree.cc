#include "experiment/toml_tree.h"

#include <toml++/toml.h>

#include <cmath>
#include <string>

#include "base/error.h"

namespace qinglan {
namespace {

Json convert(const toml::node& node, const std::string& source) {
  const auto refuse = [&](const char* what) -> Error {
    return Error(ErrorKind::usage, what).in(source).line(node.source().begin.line);
  };
  if (const auto* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = convert(value, source);
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const auto& value : *array) list.push_back(convert(value, source));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_floating_point()) {
    if (!std::isfinite(number->get())) throw refuse("a number must be finite");
    return number->get();
  }
  throw refuse("dates and times are not used in a spec");
}

}  // namespace

Json parse_toml(const std::string& text, const std::string& source) {
  try {
    return convert(toml::parse(text, source), source);
  } catch (const toml::parse_error& e) {
    Error error(ErrorKind::usage, std::string("not valid TOML: ") + std::string(e.description()));
    if (e.description().find("value type") != std::string_view::npos)
      error.hint("a text stands in quotes: name = \"mine\"");
    throw error.in(source).line(e.source().begin.line);
  }
}

Json parse_toml_value(const std::string& text) {
  try {
    return parse_toml("x = " + text, "--set").at("x");
  } catch (const Error&) {
    return text;
  }
}

}  // namespace qinglan
