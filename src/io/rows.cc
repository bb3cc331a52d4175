#include "io/rows.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "io/file_system.h"
#include "io/gzip.h"

namespace qinglan {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

std::string_view without_bom(std::string_view text) {
  return text.starts_with(kBom) ? text.substr(kBom.size()) : text;
}

void check_utf8(std::string_view text, const std::string& source) {
  const std::size_t bad = find_invalid_utf8(text);
  if (bad == std::string_view::npos) return;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
  throw Error(ErrorKind::corrupt_data, "the text is not valid UTF-8")
      .in(source)
      .line(static_cast<std::uint64_t>(line))
      .offset(bad)
      .hint("save the file as UTF-8");
}

class DelimitedReader {
 public:
  DelimitedReader(std::string_view text, char delimiter, const std::string& source)
      : text_(text), delimiter_(delimiter), source_(source) {}

  // The next record that is not an empty line; false at the end.
  bool next(std::vector<std::string>& fields, std::uint64_t& start) {
    while (at_ < text_.size()) {
      start = line_;
      fields.clear();
      const std::size_t begin = at_;
      bool more = true;
      while (more) {
        const bool quoted = at_ < text_.size() && text_[at_] == '"';
        fields.push_back(quoted ? quoted_field() : plain_field());
        more = field_end();
      }
      if (fields.size() > 1 || !fields[0].empty() || text_[begin] == '"') return true;
    }
    return false;
  }

 private:
  std::string plain_field() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n') ++at_;
    std::size_t end = at_;
    if (end > begin && text_[end - 1] == '\r' && (end == text_.size() || text_[end] == '\n')) --end;
    return std::string(text_.substr(begin, end - begin));
  }

  std::string quoted_field() {
    const std::uint64_t start = line_;
    std::string field;
    ++at_;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos)
        throw Error(ErrorKind::corrupt_data, "a quoted field has no closing quote").in(source_).line(start);
      const std::string_view part = text_.substr(at_, quote - at_);
      line_ += static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '\n'));
      field += part;
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      field += '"';
      ++at_;
    }
    const std::string_view rest = text_.substr(at_);
    if (rest == "\r" || rest.starts_with("\r\n")) ++at_;
    if (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n')
      throw Error(ErrorKind::corrupt_data, "text follows the closing quote of a field")
          .in(source_)
          .line(line_)
          .hint("a quote inside a quoted field is written twice");
    return field;
  }

  // Steps over the delimiter (true: another field follows), the end of the line, or nothing at the end of the
  // text.
  bool field_end() {
    if (at_ == text_.size()) return false;
    const bool more = text_[at_] == delimiter_;
    if (!more) ++line_;
    ++at_;
    return more;
  }

  std::string_view text_;
  char delimiter_;
  const std::string& source_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

void check_columns(const std::vector<std::string>& columns, const std::string& source, std::uint64_t line) {
  std::set<std::string_view> seen;
  for (const std::string& column : columns) {
    if (column.empty()) throw Error(ErrorKind::corrupt_data, "a column has no name").in(source).line(line);
    if (!seen.insert(column).second)
      throw Error(ErrorKind::corrupt_data, "two columns are named '" + column + "'").in(source).line(line);
  }
}

}  // namespace

std::vector<Row> parse_jsonl(std::string_view text, const std::string& source) {
  check_utf8(text, source);
  text = without_bom(text);
  std::vector<Row> rows;
  std::uint64_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      rows.push_back({parse_json(row, source), line});
    } catch (Error& error) {
      throw error.line(line);
    }
    if (!rows.back().fields.is_object())
      throw Error(ErrorKind::corrupt_data, "a row of a .jsonl file")
          .in(source)
          .line(line)
          .expected("an object")
          .found(rows.back().fields.type_name());
  }
  return rows;
}

std::vector<Row> parse_delimited(std::string_view text, char delimiter, const std::string& source) {
  check_utf8(text, source);
  DelimitedReader reader(without_bom(text), delimiter, source);
  std::vector<std::string> columns, fields;
  std::uint64_t line = 1;
  if (!reader.next(columns, line))
    throw Error(ErrorKind::corrupt_data, "the table is empty").in(source).line(1).expected("a header row");
  check_columns(columns, source, line);
  std::vector<Row> rows;
  while (reader.next(fields, line)) {
    if (fields.size() != columns.size())
      throw Error(ErrorKind::corrupt_data, "wrong number of fields")
          .in(source)
          .line(line)
          .expected(std::to_string(columns.size()))
          .found(std::to_string(fields.size()))
          .hint("a field that holds the delimiter or a new line stands in quotes");
    Json::object_t row;
    for (std::size_t i = 0; i < columns.size(); ++i) row.emplace(columns[i], std::move(fields[i]));
    rows.push_back({std::move(row), line});
  }
  return rows;
}

std::vector<Row> read_rows(const std::string& path) {
  std::string_view name = path;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (name.ends_with(".jsonl")) return parse_jsonl(read_text(path), path);
  if (name.ends_with(".csv")) return parse_delimited(read_text(path), ',', path);
  if (name.ends_with(".tsv")) return parse_delimited(read_text(path), '\t', path);
  throw Error(ErrorKind::unsupported, "the file's name does not tell a table format")
      .in(path)
      .expected(".jsonl, .csv or .tsv, with or without .gz");
}

std::string read_text(const std::string& path, std::uint64_t limit) {
  std::string bytes = real_file_system().read(path);
  if (path.ends_with(".gz")) return gunzip(bytes, path, limit);
  if (bytes.size() > limit)
    throw Error(ErrorKind::corrupt_data, "the file is larger than allowed")
        .in(path)
        .expected("at most " + std::to_string(limit) + " bytes")
        .found(std::to_string(bytes.size()));
  return bytes;
}

}  // namespace qinglan
