#include "experiment/slices.h"

#include <algorithm>
#include <sstream>

#include "data/template.h"
#include "record/word_slice.h"
#include "supervise/words.h"

namespace qinglan {
namespace {

Slicing by_column(const std::vector<Example>& rows, const std::string& column) {
  std::map<std::string, std::int32_t> number;
  for (const Example& row : rows) number[row.fields.at(column)] = 0;
  Slicing slicing;
  for (auto& [value, at] : number) {
    at = static_cast<std::int32_t>(slicing.values.size());
    slicing.values.push_back(value);
  }
  for (const Example& row : rows) slicing.of.push_back(number.at(row.fields.at(column)));
  return slicing;
}

std::int64_t words_in(const std::string& text) {
  std::istringstream stream(text);
  std::int64_t words = 0;
  for (std::string word; stream >> word;) ++words;
  return words;
}

std::string range_words(std::int64_t from, std::int64_t to) {
  return from == to ? std::to_string(from) : std::to_string(from) + " to " + std::to_string(to);
}

Slicing by_length(const std::vector<std::int64_t>& lengths) {
  std::vector<std::int64_t> sorted = lengths;
  std::sort(sorted.begin(), sorted.end());
  Slicing slicing;
  std::vector<std::int64_t> lasts;  // longest of each quarter
  for (std::size_t quarter = 1; quarter <= 4; ++quarter) {
    const std::int64_t last = sorted[(quarter * sorted.size() + 3) / 4 - 1];
    if (!lasts.empty() && last == lasts.back()) continue;
    const auto from =
        lasts.empty() ? sorted.front() : *std::upper_bound(sorted.begin(), sorted.end(), lasts.back());
    slicing.values.push_back(range_words(from, last));
    lasts.push_back(last);
  }
  for (const std::int64_t length : lengths)
    slicing.of.push_back(
        static_cast<std::int32_t>(std::lower_bound(lasts.begin(), lasts.end(), length) - lasts.begin()));
  return slicing;
}

Slicing by_word(const std::vector<Example>& rows, const std::string& word, const Template& text) {
  Slicing slicing{{kWithoutWord, kWithWord}, {}};
  for (const Example& row : rows) slicing.of.push_back(has_word(text.render(row.fields), word));
  return slicing;
}

}  // namespace

WordSlices words_of_stages(const std::vector<CellSpec>& cells) {
  WordSlices words;
  for (const auto& cell : cells)
    for (const auto& stage : cell.method.stages)
      if (stage.params.contains("word")) words.emplace(stage.params["word"], cell.student.text);
  return words;
}

std::map<std::string, Slicing> slices_of(const std::vector<Example>& rows, const std::string& text,
                                         const std::vector<std::string>& columns, const WordSlices& by) {
  std::map<std::string, Slicing> slices;
  if (rows.empty()) return slices;
  for (const std::string& column : columns) slices[column] = by_column(rows, column);
  for (const auto& [word, within] : by)
    slices[word_slice(word)] = by_word(rows, word, Template::parse(within));
  const Template words = Template::parse(text);
  std::vector<std::int64_t> lengths;
  for (const Example& row : rows) {
    for (const std::string& column : words.columns())
      if (!row.fields.contains(column)) return slices;
    lengths.push_back(words_in(words.render(row.fields)));
  }
  slices[kLengthSlices] = by_length(lengths);
  return slices;
}

}  // namespace qinglan
