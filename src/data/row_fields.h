#pragma once
// Columns of a row of a data set, or an error that names file, line and what to do.

#include <string>

#include "base/error.h"
#include "data/source.h"

namespace qinglan {

Error row_error(const std::string& what, const SourceTable& table, const Row& row);

// Throws Error{invalid_input} that names the columns there are, and the nearest.
const Json& find_column(const Row& row, const std::string& column, const SourceTable& table);

// Strings as they are, integers and booleans as JSON writes them; other numbers only where `any_number`.
std::string column_text(const Row& row, const std::string& column, const SourceTable& table, bool any_number);

}  // namespace qinglan
