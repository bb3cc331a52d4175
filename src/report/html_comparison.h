#pragma once
// Methods against naive, with the family that they are judged in.

#include "report/html_parts.h"

namespace qinglan {

// Whether any method of the record stands against naive.
bool has_comparisons(const Page& page);
Markup comparison_section(const Page& page);  // empty where none does

}  // namespace qinglan
