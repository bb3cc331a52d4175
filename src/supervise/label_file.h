#pragma once
// A file of labels as a supervisor: crowds, a rule, another program.

#include <string>
#include <vector>

#include "data/labels.h"
#include "supervise/example_rows.h"

namespace qinglan {

// A row an example (supervise/example_rows.h says how it is named). What: "label", or "p": [..] in the order
// of `classes`, or columns p_<class>, beside which a label may only say which is likeliest; "abstain": true
// says nothing (uniform p).
// Labels of examples that were not asked for are left out and counted as provenance "unused". Throws
// Error{invalid_input}: an asked id without a label, an id twice, a label outside the classes, p that is
// negative, does not sum to 1 within 1e-3 or is against the label; each names the line and the id.
WeakLabels read_label_file(const std::string& path, const std::vector<std::string>& ids,
                           const std::vector<std::string>& classes, const RowPlaces& places = {});

}  // namespace qinglan
