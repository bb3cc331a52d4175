#pragma once
// The first half of the page: the answer, how to read it, and what was asked.

#include "report/html_parts.h"

namespace qinglan {

Markup answer_section(const Page& page);
Markup reading_section(const Page& page);
Markup question_section(const Page& page);

}  // namespace qinglan
