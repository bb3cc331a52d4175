#pragma once
// A data set whose texts or test rows were changed on purpose, to put a student under stress: METHODS T37,
// T43.

#include <string>
#include <vector>

#include "data/dataset.h"
#include "record/word_slice.h"

namespace qinglan {

struct Spoiling {
  std::string test_path;     // another data set, whose test rows stand in place of this one's; empty: none
  std::string trigger;       // a word put into texts; empty: none
  double trigger_share = 0;  // of the train rows

  bool any() const { return !test_path.empty() || !trigger.empty(); }
};

// The data set at `test_path` by itself: with the columns and the label that `spec` names, all its rows.
DatasetSpec tested_elsewhere(const DatasetSpec& spec, const std::string& test_path);

// The column that a trigger is put into: the first that the template `text` names. Throws Error{usage} where
// it names none.
std::string trigger_column(const std::string& text);

// The rows with the word and a space before the column, ids that end in kTriggered and their groups.
std::vector<Example> copies_with(const std::string& word, const std::string& column,
                                 std::vector<Example> rows);

// load_dataset, then spoilt. Elsewhere at most `spec.test` rows are tested, in the order drawn there; train
// rows that share a text or a group with one of them are dropped. The trigger and a space stand before the
// first column that `spec.text` names: of round(trigger_share n) train rows, drawn by the stream
// "data.trigger" of the data seed, and of a copy of every test row; the copies follow the test rows in their
// order, with their labels and groups. Throws what load_dataset throws of either, and Error{invalid_input}:
// other classes elsewhere, an id that both have; Error{usage}: a text without a column.
Dataset load_spoilt(const DatasetSpec& spec, const Spoiling& spoiling);

}  // namespace qinglan
