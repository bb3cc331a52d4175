#pragma once
// What the test rows of a record say, where their data set's artifact still lies in a store: a record has ids
// alone.

#include <map>
#include <string>

#include "record/record.h"

namespace qinglan {

// By id, as the spec's template shows a row to a model; empty where the store has not the artifact or it
// cannot be read. The store is only read.
std::map<std::string, std::string> row_texts(const Record& record, const std::string& store_root);

}  // namespace qinglan
