#pragma once
// A file of labels as a supervisor: crowds, a rule, another program.

#include <cstdint>
#include <string>
#include <vector>

#include "data/labels.h"

namespace qinglan {

// A row an example (jsonl, csv, tsv, .gz). Which: "id", or "row", the 0-based place in the data file it
// labels. What: "label", or "p": [..] in the order of `classes`, or columns p_<class>; "abstain": true says
// nothing (uniform p). An optional "split" (train or test) keeps rows of the other split out. `ids` are those
// to label, of one `split`; `rows` (Example::row, same order) is needed where the file counts rows. Labels of
// examples that were not asked for are left out and counted as provenance "unused". Throws
// Error{invalid_input}: an asked id without a label, an id twice, a label outside the classes, p that is
// negative or does not sum to 1 within 1e-3; each names the line and the id.
WeakLabels read_label_file(const std::string& path, const std::vector<std::string>& ids,
                           const std::vector<std::string>& classes,
                           const std::vector<std::int64_t>& rows = {}, const std::string& split = "train");

}  // namespace qinglan
