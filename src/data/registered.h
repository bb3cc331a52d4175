#pragma once
// Data sets that have a name because a package carries them, with the recipe for what their columns do not
// say.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/rows.h"

namespace qinglan {

struct RegisteredDataset {
  std::string name, summary, licence, package;
  std::string corpus;  // two data sets of one corpus are never two tasks
  std::string file;    // below deps_folder()
  std::string text;    // default template
  std::string group;   // default group, "" where rows are unrelated
  double dead_band;    // rows whose mean rating is within +-dead_band have no label and are dropped
  std::vector<std::string> columns;  // those there are, the label's aside

  // Rows with `columns` and "label", in file order; what was left out is counted by reason. Throws
  // Error{invalid_input} (not installed: says to run ./dev setup) or Error{corrupt_data} with file and line.
  std::vector<Row> (*recipe)(const RegisteredDataset& self, std::map<std::string, std::int64_t>& dropped);

  std::string path() const;  // of `file`, absolute
};

const std::vector<RegisteredDataset>& registered_datasets();
const RegisteredDataset* find_registered(const std::string& name);  // null when there is none

// Rows of the ratings files of Hutto & Gilbert (2014): Latin-1 lines "id<TAB>mean rating<TAB>text". The label
// is "positive" or "negative" by the sign of the mean; ids "<document>_<sentence>" give a column "document".
std::vector<Row> parse_rated_lines(const std::string& latin1, const std::string& source, double dead_band,
                                   bool documents, std::map<std::string, std::int64_t>& dropped);

}  // namespace qinglan
