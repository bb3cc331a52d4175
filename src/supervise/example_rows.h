#pragma once
// A table whose rows speak of examples: what files of labels and files of annotators have in common.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "io/rows.h"

namespace qinglan {

// Where the asked examples stand in the data.
struct RowPlaces {
  std::vector<std::int64_t> rows;  // Example::row; needed where the file counts rows
  std::string split = "train";
  bool files_apart = false;  // train and test are files of their own, so that their rows count apart
};

struct Mention {  // a row of the file and the example it speaks of
  const Row& row;
  std::string name;                  // its id, or its place in the data file
  std::string key;                   // the same for messages: the id "x"
  std::optional<std::size_t> place;  // in the asked ids; none where it was not asked for
};

class ExampleRows {
 public:
  // Reads the file (jsonl, csv, tsv, .gz). Which example a row speaks of: "id", or "row", the 0-based place
  // in the data file. An optional "split" (train or test) keeps rows of the other split out; rows that are
  // counted without one, where files are apart, are the train file's. `ids` are those asked for, of one
  // split; `what` the file is, for messages. Throws Error{invalid_input}: an empty file, no such column, rows
  // counted whose places are not known.
  ExampleRows(std::string path, const std::string& what, const std::vector<std::string>& ids,
              RowPlaces places);

  const std::vector<Row>& table() const { return table_; }  // all rows, of both splits
  // Calls `use` for each row of the asked split, in the file's order. Throws Error{invalid_input}: a row that
  // names no example.
  void each(const std::function<void(const Mention&)>& use) const;
  // What an asked example is called in this file: the id "x".
  std::string key(std::size_t place) const { return "the " + column_ + " \"" + name(place) + "\""; }
  std::string name(std::size_t place) const;
  // Whose labels to give, for messages.
  std::string hint() const;

  Error wrong(const Row& row, const std::string& key, const std::string& what) const;
  // The class that a field names. Throws Error{invalid_input} where it is none of `classes`; `otherwise`: how
  // to say that there is no label.
  std::size_t class_of(const Mention& mention, const Json& value, const std::vector<std::string>& classes,
                       const std::string& otherwise) const;

 private:
  std::string path_;
  const std::vector<std::string>& ids_;
  RowPlaces places_;
  std::vector<Row> table_;
  std::string column_;  // "id" or "row"
  std::string unsaid_;  // the split of rows that say none
  std::unordered_map<std::string, std::size_t> wanted_;
};

// A field as text: a csv field, a JSON string, or the JSON number as it is written.
std::string text_of(const Json& value);
// "a", "b", "c"
std::string quoted(const std::vector<std::string>& words);

}  // namespace qinglan
