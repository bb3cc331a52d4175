#pragma once
// A grid seen from above: the recovered share against the gap it is a share of, and supervisors x students.

#include "report/html_parts.h"

namespace qinglan {

// Nothing where no two cells can be compared.
Markup maps(const Page& page);

}  // namespace qinglan
