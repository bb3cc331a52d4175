#include "data/row_reader.h"

#include <algorithm>

#include "base/error.h"
#include "data/normalise.h"
#include "data/row_fields.h"

namespace qinglan {
namespace {

// The first `words` words of a normalised text.
std::string first_words(const std::string& text, std::int64_t words) {
  const std::string normal = normalise_text(text);
  std::size_t end = 0;
  for (std::int64_t i = 0; i < words && end != std::string::npos; ++i) end = normal.find(' ', end + (i > 0));
  return normal.substr(0, end);
}

bool names(const Template& parsed, const std::string& column) {
  const auto& columns = parsed.columns();
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

void check_choices(const DatasetSpec& spec, const Template& text) {
  const auto& choices = spec.choices;
  if (!names(text, kChoiceColumn))
    throw Error(ErrorKind::usage, "the text does not show the answer that a row is about")
        .expected("{choice} in [data] text, which stands for it")
        .hint("text = \"{question}\\n{choice}\"");
  if (std::find(choices.begin(), choices.end(), spec.label) == choices.end()) return;
  for (const auto& column : choices)
    if (column != kChoiceColumn && names(text, column))
      throw Error(ErrorKind::usage, "the text names the column \"" + column +
                                        "\", and the label column is one of the answers, which gives the "
                                        "right one away")
          .hint("Write {choice} for the answer that a row is about.");
}

}  // namespace

RowReader::RowReader(const DatasetSpec& spec, const Source& source)
    : label_(spec.label), id_(spec.id), seed_(spec.seed), group_words_(spec.group_words) {
  text_.push_back(Template::parse(spec.text.empty() ? source.text : spec.text));
  const std::string group = spec.group.empty() ? source.group : spec.group;
  if (!group.empty()) group_.push_back(Template::parse(group));
  if (group_words_ < 0 || (group_words_ > 0 && group_.empty()))
    throw Error(ErrorKind::usage, "[data] group_words counts words of [data] group")
        .expected(group_.empty() ? "a group, as in group = \"text\"" : "at least 0");
  if (!spec.choices.empty()) {
    check_choices(spec, text_.front());
    choices_.emplace_back(spec.choices, spec.label);
  }
  columns_ = spec.columns;
  const auto& named = text_.front().columns();
  columns_.insert(columns_.end(), named.begin(), named.end());
  std::sort(columns_.begin(), columns_.end());
  columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
  const auto leaks = [&](const std::vector<std::string>& columns) {
    return std::find(columns.begin(), columns.end(), label_) != columns.end();
  };
  if (leaks(columns_) || (!group_.empty() && leaks(group_.front().columns())) || id_ == label_)
    throw Error(ErrorKind::usage,
                "the label column \"" + label_ + "\" is used as an input, which gives the answer away")
        .hint("Take it out of the templates of [data], or set [data] label to the right column.");
  if (!choices_.empty() && !group_.empty() && names(group_.front(), kChoiceColumn))
    throw Error(ErrorKind::usage, "[data] group names {choice}, which differs within a question")
        .hint("Rows of one question stay together: name columns of the question alone.");
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
  if (!group_.empty()) candidate.example.group = group_of(table, row);
  if (!id_.empty()) {
    candidate.example.id = column_text(row, id_, table, false);
    if (candidate.example.id.empty() || candidate.example.id.find('\n') != std::string::npos)
      throw row_error("the id is empty or spans lines", table, row)
          .hint("Correct this row, or leave [data] id out.");
  }
  return candidate;
}

std::string RowReader::group_of(const SourceTable& table, const Row& row) const {
  std::map<std::string, std::string> parts;
  for (const auto& column : group_.front().columns()) parts[column] = column_text(row, column, table, true);
  std::string group = group_.front().render(parts);
  if (group_words_ > 0) group = first_words(group, group_words_);
  if (group.empty())
    throw row_error("the group is empty", table, row).hint("Correct this row, or name another [data] group.");
  return group;
}

// Of a question: what its text says beside the answer; where that is nothing, its answers.
std::string RowReader::question_of(const SourceTable& table, const Row& row) const {
  std::string words;
  for (const auto& column : text_.front().columns())
    if (column != kChoiceColumn) words += normalise_text(column_text(row, column, table, true)) + "\n";
  if (normalise_text(words).empty())
    for (const auto& answer : choices_.front().read(table, row)) words += normalise_text(answer) + "\n";
  return text_id(words, 0);
}

void RowReader::read_question(const SourceTable& table, const Row& row, std::int64_t place,
                              const std::string& split, std::vector<Candidate>& candidates) const {
  if (row.fields.contains(kChoiceColumn) && choices_.front().columns().front() != kChoiceColumn)
    throw row_error("there is a column \"choice\", which is what templates call the answer of a row", table,
                    row)
        .hint("Rename this column.");
  const Random random(seed_, "data.choice." + split, static_cast<std::uint64_t>(place));
  for (const auto& choice : choices_.front().draw(table, row, random)) {
    Row one = row;
    one.fields[kChoiceColumn] = choice.text;
    Candidate candidate = read_row(table, one, place);
    candidate.label = choice.right ? "true" : "false";
    if (group_.empty()) candidate.example.group = question_of(table, row);
    if (!id_.empty()) candidate.example.id += "#" + std::to_string(choice.place);
    candidates.push_back(std::move(candidate));
  }
}

std::vector<Candidate> RowReader::read(const SourceTable& table, const std::string& split) const {
  std::vector<Candidate> candidates;
  candidates.reserve(table.rows.size() * (choices_.empty() ? 1 : 2));
  std::int64_t place = 0;
  for (const auto& row : table.rows) {
    if (!choices_.empty()) {
      read_question(table, row, place++, split, candidates);
      continue;
    }
    candidates.push_back(read_row(table, row, place++));
    candidates.back().label = column_text(row, label_, table, false);
    if (candidates.back().label.empty())
      throw row_error("the label is empty", table, row).hint("Label or remove this row.");
  }
  return candidates;
}

}  // namespace qinglan
