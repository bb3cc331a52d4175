#pragma once
// Spec + data -> a DAG of nodes and, for each cell, which nodes its numbers come from. Equal work is one
// node, so cells share floors, ceilings, features and controls by having equal keys.

#include <map>
#include <string>
#include <vector>

#include "experiment/node.h"
#include "experiment/spec.h"
#include "record/record.h"
#include "store/digest_memo.h"

namespace qinglan {

struct Plan {
  std::map<std::string, Node> nodes;  // by key
  std::vector<std::string> order;     // keys; inputs before those who need them
  std::vector<Cell> cells;            // without outcomes; series are keys of nodes
  std::string dataset, truth;         // keys
};

// Where the data are and what they turned out to be.
struct PlannedData {
  std::string dataset, truth;  // keys, both in the store
  std::int64_t train = 0, test = 0;
  std::vector<std::string> classes;
  std::string
      inputs_folder;  // of the dataset artifact: supervisors that need no model are tried on it at once
};

// Throws Error{usage | invalid_input | unsupported}: models that cannot be read, a depth the model does not
// have, label words that do not fit the classes.
Plan make_plan(const Spec& spec, const PlannedData& data, DigestMemo& memo);

}  // namespace qinglan
