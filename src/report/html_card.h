#pragma once
// The verdict card's three lists: how sure, what would overturn it, what was not tested.

#include "report/html_parts.h"

namespace qinglan {

// Empty of a failed cell.
Markup verdict_card_lists(const CellJudgement& judged);

}  // namespace qinglan
