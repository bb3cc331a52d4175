#pragma once
// A file of labels as a supervisor: crowds, a rule, another program.

#include <cstdint>
#include <string>
#include <vector>

#include "data/labels.h"

namespace qinglan {

// Where the asked examples stand in the data.
struct RowPlaces {
  std::vector<std::int64_t> rows;  // Example::row; needed where the label file counts rows
  std::string split = "train";
  bool files_apart = false;  // train and test are files of their own, so that their rows count apart
};

// A row an example (jsonl, csv, tsv, .gz). Which: "id", or "row", the 0-based place in the data file it
// labels. What: "label", or "p": [..] in the order of `classes`, or columns p_<class>; "abstain": true says
// nothing (uniform p). An optional "split" (train or test) keeps rows of the other split out; rows that are
// counted without one, where files are apart, are the train file's. `ids` are those to label, of one split.
// Labels of examples that were not asked for are left out and counted as provenance "unused". Throws
// Error{invalid_input}: an asked id without a label, an id twice, a label outside the classes, p that is
// negative or does not sum to 1 within 1e-3; each names the line and the id.
WeakLabels read_label_file(const std::string& path, const std::vector<std::string>& ids,
                           const std::vector<std::string>& classes, const RowPlaces& places = {});

}  // namespace qinglan
