#pragma once
// Learning curves of one cell, drawn and in numbers.

#include "report/html_parts.h"

namespace qinglan {

// Nothing where no series of the cell has a curve.
Markup learning_curves(const Page& page, const Cell& cell);

}  // namespace qinglan
