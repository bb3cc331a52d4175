#pragma once
// Who answers as whom, which answers met, and rows to look at where student and supervisor differ.

#include "report/html_parts.h"

namespace qinglan {

// Nothing where the page has no picture of the cell.
Markup agreement_tables(const Page& page, std::size_t index);
Markup example_tables(const Page& page, std::size_t index);

}  // namespace qinglan
