#include "data/template.h"

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {
namespace {

Error bad_template(const std::string& text, const std::string& what) {
  return Error(ErrorKind::usage, what + " in the template \"" + text + "\"")
      .hint("Write {column} for a column, {{ and }} for braces.");
}

}  // namespace

Template Template::parse(const std::string& text) {
  Template result;
  if (text.find_first_of("{}") == std::string::npos) {
    if (text.empty()) throw bad_template(text, "no column is named");
    result.literals_ = {"", ""};
    result.columns_ = {text};
    return result;
  }
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      literal += c;
    } else if (i + 1 < text.size() && text[i + 1] == c) {
      literal += c;
      ++i;
    } else if (c == '}') {
      throw bad_template(text, "a } without its {");
    } else {
      const auto close = text.find_first_of("{}", i + 1);
      if (close == std::string::npos || text[close] == '{') throw bad_template(text, "an unclosed {");
      const std::string name = text.substr(i + 1, close - i - 1);
      if (name.empty()) throw bad_template(text, "an empty column name");
      result.literals_.push_back(std::move(literal));
      result.columns_.push_back(name);
      literal.clear();
      i = close;
    }
  }
  result.literals_.push_back(std::move(literal));
  return result;
}

std::string Template::render(const std::map<std::string, std::string>& fields) const {
  std::string text = literals_.front();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto field = fields.find(columns_[i]);
    if (field == fields.end()) {
      const std::string known = listed(fields, [](const auto& column) { return column.first; });
      throw Error(ErrorKind::invalid_input, "there is no column \"" + columns_[i] + "\"")
          .expected("a column the template names")
          .found(known.empty() ? "no columns" : "the columns " + known);
    }
    text += field->second;
    text += literals_[i + 1];
  }
  return text;
}

}  // namespace qinglan
