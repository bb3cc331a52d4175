#include "supervise/example_rows.h"

#include <algorithm>

#include "base/listed.h"

namespace qinglan {
namespace {

// What examples are called in this file: "id" or "row", by its first row.
std::string key_column(const std::vector<Row>& rows, const std::string& path, const std::string& what) {
  if (rows.empty())
    throw Error(ErrorKind::invalid_input, "the " + what + " file is empty")
        .in(path)
        .hint("Give a row for each example.");
  for (const char* column : {"id", "row"})
    if (rows.front().fields.contains(column)) return column;
  throw Error(ErrorKind::invalid_input, "the " + what + " file does not say which example a row labels")
      .in(path)
      .line(rows.front().line)
      .expected("a column \"id\" or \"row\"");
}

}  // namespace

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string quoted(const std::vector<std::string>& words) {
  return listed(words, [](const std::string& word) { return "\"" + word + "\""; });
}

ExampleRows::ExampleRows(std::string path, const std::string& what, const std::vector<std::string>& ids,
                         RowPlaces places)
    : path_(std::move(path)), ids_(ids), places_(std::move(places)), table_(read_rows(path_)) {
  column_ = key_column(table_, path_, what);
  unsaid_ = column_ == "row" && places_.files_apart ? "train" : places_.split;
  if (column_ == "row" && places_.rows.size() != ids.size())
    throw Error(ErrorKind::invalid_input, "labels by row need the rows' places, which are not known here")
        .in(path_)
        .hint("Use a column \"id\" instead of \"row\".");
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!wanted_.try_emplace(name(i), i).second)
      throw Error(ErrorKind::invalid_input,
                  "a row of this data set is a question with two rows, which its place does not tell apart")
          .in(path_)
          .found(key(i))
          .hint("Use a column \"id\": with [data] id the ids are <id>#<place of the answer, from 0>.");
}

std::string ExampleRows::name(std::size_t place) const {
  return column_ == "id" ? ids_[place] : std::to_string(places_.rows[place]);
}

void ExampleRows::each(const std::function<void(const Mention&)>& use) const {
  for (const auto& row : table_) {
    const auto said = row.fields.find("split");
    const std::string of = said == row.fields.end() ? "" : text_of(*said);
    if ((of.empty() ? unsaid_ : of) != places_.split) continue;
    const auto field = row.fields.find(column_);
    Mention mention{row, field == row.fields.end() ? "" : text_of(*field), "", {}};
    if (mention.name.empty()) throw wrong(row, "this row", "there is no \"" + column_ + "\"");
    mention.key = "the " + column_ + " \"" + mention.name + "\"";
    if (const auto place = wanted_.find(mention.name); place != wanted_.end()) mention.place = place->second;
    use(mention);
  }
}

std::string ExampleRows::hint() const {
  return "Label every example of the " + places_.split +
         " rows by the ids of this data set ([data] id names its column of ids)" +
         (unsaid_ == places_.split ? "." : "; rows counted without a \"split\" are the train file's.");
}

Error ExampleRows::wrong(const Row& row, const std::string& key, const std::string& what) const {
  return std::move(Error(ErrorKind::invalid_input, what + " for " + key).in(path_).line(row.line));
}

std::size_t ExampleRows::class_of(const Mention& mention, const Json& value,
                                  const std::vector<std::string>& classes,
                                  const std::string& otherwise) const {
  const auto found = std::find(classes.begin(), classes.end(), text_of(value));
  if (found == classes.end())
    throw wrong(mention.row, mention.key, "the label is outside the classes")
        .expected("one of " + quoted(classes))
        .found("\"" + text_of(value) + "\"")
        .hint("Correct the label; " + otherwise + " says that there is none.");
  return static_cast<std::size_t>(found - classes.begin());
}

}  // namespace qinglan
