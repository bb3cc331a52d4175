#pragma once
// Questions with several answers as rows of one answer each: a question becomes two rows, its right answer
// ("true") and one of its wrong ones ("false"), so that classes are equal by construction.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/source.h"

namespace qinglan {

inline constexpr char kChoiceColumn[] = "choice";  // what templates call the answer of a row

struct DrawnChoice {
  std::string text;
  std::size_t place;  // among the question's answers
  bool right;
};

// Reads the answers of a row and which one is right.
// Answers stand in one column, as a list or an object {"text": [...], "label": [...]} (in csv as JSON text),
// or in a column each; empty ones are no answers. The label is the right answer's place from 0, a letter (A
// is the first), its name in "label", or its text.
class ChoiceReader {
 public:
  ChoiceReader(std::vector<std::string> columns, std::string label);

  // The right answer and a wrong one, drawn from the wrong ones that differ from it as normalised texts, in
  // an order that says nothing. Throws Error{invalid_input} with file and line: a column is missing or holds
  // something else, a label that names no answer or two of them, no wrong answer.
  std::array<DrawnChoice, 2> draw(const SourceTable& table, const Row& row, Random random) const;
  // All answers of a row, in their order.
  std::vector<std::string> read(const SourceTable& table, const Row& row) const;
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  struct Answers {
    std::vector<std::string> texts, names;  // names may be empty
  };
  Answers answers(const SourceTable& table, const Row& row) const;
  std::size_t right_one(const Answers& answers, const SourceTable& table, const Row& row) const;

  std::vector<std::string> columns_;
  std::string label_;
};

}  // namespace qinglan
