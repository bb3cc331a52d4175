#pragma once
// Tables of text: jsonl, csv, tsv, each plain or .gz, as rows of named fields. UTF-8 is checked row by row.
// csv/tsv: RFC 4180 quoting, embedded newlines and doubled quotes, CRLF or LF, a header row; a quote inside
// an unquoted field is an ordinary character. In all: a BOM and empty lines are skipped.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "io/utf8.h"

namespace qinglan {

struct Row {
  Json fields;         // an object; csv/tsv values are strings, jsonl values keep their JSON type
  std::uint64_t line;  // 1-based line of the (unpacked) text where the row starts
};

// By file name: .jsonl .csv .tsv, optionally followed by .gz. Throws Error{io | corrupt_data | unsupported}
// with path and line (unbalanced quote, wrong number of fields, invalid UTF-8, duplicate or empty column
// name, not an object).
std::vector<Row> read_rows(const std::string& path);
std::vector<Row> parse_jsonl(std::string_view text, const std::string& source);
std::vector<Row> parse_delimited(std::string_view text, char delimiter, const std::string& source);

// The bytes of a file, gunzipped when its name ends in .gz (concatenated members too). A truncated or damaged
// gzip stream is Error{corrupt_data}; more than `limit` bytes out is Error{corrupt_data}.
std::string read_text(const std::string& path, std::uint64_t limit = std::uint64_t{8} << 30);

}  // namespace qinglan
