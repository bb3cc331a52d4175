#include "data/row_reader.h"

#include <algorithm>

#include "base/error.h"
#include "base/listed.h"
#include "data/normalise.h"

namespace qinglan {
namespace {

Error row_error(const std::string& what, const SourceTable& table, const Row& row) {
  return std::move(Error(ErrorKind::invalid_input, what).in(table.file).line(row.line));
}

const Json& find_column(const Row& row, const std::string& column, const SourceTable& table) {
  const auto field = row.fields.find(column);
  if (field != row.fields.end()) return *field;
  std::vector<std::string> names;
  for (const auto& [name, value] : row.fields.items()) names.push_back(name);
  const auto near = nearest_word(column, names);
  throw row_error("there is no column \"" + column + "\"", table, row)
      .found(names.empty() ? "an empty row" : "the columns " + listed(names))
      .hint(near ? "Did you mean \"" + *near + "\"?" : "Name one of these columns in [data].");
}

// Strings as they are, integers and booleans as JSON writes them; other numbers only where `any_number`.
std::string column_text(const Row& row, const std::string& column, const SourceTable& table,
                        bool any_number) {
  const Json& value = find_column(row, column, table);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number_integer() || (any_number && value.is_number()))
    return value.dump();
  throw row_error("the column \"" + column + "\" cannot be used", table, row)
      .expected(any_number ? "text, a number or a boolean" : "text, an integer or a boolean")
      .found(value.is_number() ? value.dump() : value.type_name())
      .hint(value.is_number() ? "Turn the numbers into classes first." : "Correct or remove this row.");
}

}  // namespace

RowReader::RowReader(const DatasetSpec& spec, const Source& source) : label_(spec.label), id_(spec.id) {
  text_.push_back(Template::parse(spec.text.empty() ? source.text : spec.text));
  const std::string group = spec.group.empty() ? source.group : spec.group;
  if (!group.empty()) group_.push_back(Template::parse(group));
  columns_ = spec.columns;
  const auto& named = text_.front().columns();
  columns_.insert(columns_.end(), named.begin(), named.end());
  std::sort(columns_.begin(), columns_.end());
  columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
  const auto leaks = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), label_) != names.end();
  };
  if (leaks(columns_) || (grouped() && leaks(group_.front().columns())) || id_ == label_)
    throw Error(ErrorKind::usage,
                "the label column \"" + label_ + "\" is used as an input, which gives the answer away")
        .hint("Take it out of the templates of [data], or set [data] label to the right column.");
}

Candidate RowReader::read_row(const SourceTable& table, const Row& row, std::int64_t place) const {
  Candidate candidate;
  candidate.line = row.line;
  candidate.file = &table.file;
  candidate.example.row = place;
  auto& fields = candidate.example.fields;
  for (const auto& column : columns_) fields[column] = column_text(row, column, table, true);
  candidate.normal = normalise_text(text_.front().render(fields));
  bool blank = true;  // a template's own words are no text
  for (const auto& column : text_.front().columns()) blank = blank && normalise_text(fields[column]).empty();
  if (blank)
    throw row_error("the text is empty", table, row).hint("Remove this row, or name another text column.");
  candidate.label = column_text(row, label_, table, false);
  if (candidate.label.empty())
    throw row_error("the label is empty", table, row).hint("Label or remove this row.");
  if (grouped()) {
    std::map<std::string, std::string> parts;
    for (const auto& column : group_.front().columns()) parts[column] = column_text(row, column, table, true);
    candidate.example.group = group_.front().render(parts);
    if (candidate.example.group.empty())
      throw row_error("the group is empty", table, row)
          .hint("Correct this row, or name another [data] group.");
  }
  if (!id_.empty()) {
    candidate.example.id = column_text(row, id_, table, false);
    if (candidate.example.id.empty() || candidate.example.id.find('\n') != std::string::npos)
      throw row_error("the id is empty or spans lines", table, row)
          .hint("Correct this row, or leave [data] id out.");
  }
  return candidate;
}

std::vector<Candidate> RowReader::read(const SourceTable& table) const {
  std::vector<Candidate> candidates;
  candidates.reserve(table.rows.size());
  for (const auto& row : table.rows)
    candidates.push_back(read_row(table, row, static_cast<std::int64_t>(candidates.size())));
  return candidates;
}

}  // namespace qinglan
