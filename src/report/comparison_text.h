#pragma once
// Two runs side by side, for a terminal.

#include <string>

#include "audit/record_comparison.h"
#include "report/terminal.h"

namespace qinglan {

// Lines ended by '\n', safe to print as terminal_report's are.
std::string comparison_text(const Record& a, const Record& b, const RecordComparison& comparison,
                            const TerminalStyle& style);

}  // namespace qinglan
