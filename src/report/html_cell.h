#pragma once
// One cell in full: scores, reason, controls, item-level audit, metrics, learning curves, supervisor shift.

#include "report/html_parts.h"

namespace qinglan {

// Gain, recovered share, and the floor, weak-to-strong and ceiling bars.
Markup cell_scores(const Page& page, std::size_t index);
Markup cells_section(const Page& page);

}  // namespace qinglan
