#pragma once
// Rows of a table into checked candidates: named columns as text, the label as text, the id. A question with
// several answers gives two of them (choices.h).

#include <cstdint>
#include <string>
#include <vector>

#include "data/choices.h"
#include "data/dataset.h"
#include "data/source.h"
#include "data/template.h"

namespace qinglan {

struct Candidate {
  Example example;     // id and group are empty until they are known
  std::string label;   // as text
  std::string normal;  // the normalised text
  std::uint64_t line = 0;
  const std::string* file = nullptr;  // of the Source, which must outlive the candidate
};

class RowReader {
 public:
  // Throws Error{usage} when a template names the label column, or not the choice where rows are questions.
  RowReader(const DatasetSpec& spec, const Source& source);
  // Throws Error{invalid_input} with file and line: a column is missing or is no text, an empty text, group,
  // id or label. `split` (train, test) names the stream that draws wrong answers.
  std::vector<Candidate> read(const SourceTable& table, const std::string& split) const;
  bool grouped() const { return !group_.empty() || !choices_.empty(); }

 private:
  Candidate read_row(const SourceTable& table, const Row& row, std::int64_t place) const;  // no label yet
  void read_question(const SourceTable& table, const Row& row, std::int64_t place, const std::string& split,
                     std::vector<Candidate>& candidates) const;
  std::string group_of(const SourceTable& table, const Row& row) const;
  std::string question_of(const SourceTable& table, const Row& row) const;

  std::string label_, id_;
  std::uint64_t seed_;
  std::int64_t group_words_;
  std::vector<std::string> columns_;    // kept in Example::fields
  std::vector<Template> text_, group_;  // text_ has one; group_ has one or none
  std::vector<ChoiceReader> choices_;   // one where rows are questions
};

}  // namespace qinglan
