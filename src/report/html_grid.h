#pragma once
// The grid of cells: tables that script can sort, and the form that filters all that belongs to a cell.

#include "report/html_parts.h"

namespace qinglan {

// Hidden until script shows it; nothing where there is one cell.
Markup filter_form(const Page& page);
// Probes and fine-tuned students apart.
Markup grid_tables(const Page& page);

}  // namespace qinglan
