#pragma once
// Public data sets that no package carries: a user names the file, and here stands what their columns do not
// say.

#include <string>
#include <vector>

#include "base/json.h"
#include "io/rows.h"

namespace qinglan {

struct KnownDataset {
  std::string name, summary, licence;
  Json keys;               // of [data], where the spec does not give them
  void (*derive)(Row&){};  // adds columns to a row; null: none
};

const std::vector<KnownDataset>& known_datasets();
// Throws Error{usage} that names the nearest.
const KnownDataset& find_known_dataset(const std::string& name);

}  // namespace qinglan
