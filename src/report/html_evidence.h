#pragma once
// The last half of the page: what it cost, what was run exactly, and what each student could have seen.

#include "report/html_parts.h"

namespace qinglan {

Markup ledger_section(const Page& page);
Markup certificate_section(const Page& page);
Markup spec_section(const Page& page);

}  // namespace qinglan
