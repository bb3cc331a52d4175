#include "data/row_fields.h"

#include "base/listed.h"

namespace qinglan {

Error row_error(const std::string& what, const SourceTable& table, const Row& row) {
  return std::move(Error(ErrorKind::invalid_input, what).in(table.file).line(row.line));
}

const Json& find_column(const Row& row, const std::string& column, const SourceTable& table) {
  const auto field = row.fields.find(column);
  if (field != row.fields.end()) return *field;
  std::vector<std::string> names;
  for (const auto& [name, value] : row.fields.items()) names.push_back(name);
  const std::string there = names.empty() ? "an empty row" : "the columns " + listed(names);
  if (row.line != table.rows.front().line)  // the first row has it, so the name is right
    throw row_error("this row has no \"" + column + "\"", table, row)
        .found(there)
        .hint("Give it one, or remove the row.");
  const auto near = nearest_word(column, names);
  throw Error(ErrorKind::usage, "there is no column \"" + column + "\"")
      .in(table.file)
      .line(row.line)
      .found(there)
      .hint(near ? "Did you mean \"" + *near + "\"?" : "Name one of these columns in [data].");
}

std::string column_text(const Row& row, const std::string& column, const SourceTable& table,
                        bool any_number) {
  const Json& value = find_column(row, column, table);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number_integer() || (any_number && value.is_number()))
    return value.dump();
  throw row_error("the column \"" + column + "\" cannot be used", table, row)
      .expected(any_number ? "text, a number or a boolean" : "text, an integer or a boolean")
      .found(value.is_number() ? value.dump() : value.type_name())
      .hint(value.is_number()  ? "Turn the numbers into classes first."
            : value.is_array() ? "Name a column of several answers in [data] choices; correct or remove this "
                                 "row otherwise."
                               : "Correct or remove this row.");
}

}  // namespace qinglan
