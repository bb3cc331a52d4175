#pragma once
// Where the rows of a data set come from: a folder with train.* and test.*, one file that is cut by hash, or
// a registered data set.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "io/rows.h"

namespace qinglan {

struct SourceTable {
  std::string file;
  std::vector<Row> rows;
};

struct Source {
  std::string name, corpus;
  std::string text, group;          // defaults, where the specification names none
  std::vector<SourceTable> tables;  // train and test, or one alone that is cut by hash
  std::map<std::string, std::int64_t> dropped;
};

// Throws Error{usage}: nothing there; Error{invalid_input}: no train or test file, two of them.
Source open_source(const DatasetSpec& spec);

}  // namespace qinglan
