#pragma once
// A text with named columns, "{passage}\n{question}"; "{{" and "}}" stand for braces. A bare column name
// means itself.

#include <map>
#include <string>
#include <vector>

namespace qinglan {

class Template {
 public:
  // Throws Error{usage}: an unclosed brace or an empty name.
  static Template parse(const std::string& text);

  const std::vector<std::string>& columns() const { return columns_; }
  // Throws Error{invalid_input} that names the missing column and the ones there are.
  std::string render(const std::map<std::string, std::string>& fields) const;

 private:
  std::vector<std::string> literals_;  // one more than columns_
  std::vector<std::string> columns_;
};

}  // namespace qinglan
