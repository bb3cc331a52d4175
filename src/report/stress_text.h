#pragma once
// The outcomes of a stress suite for a terminal, and as one HTML file of its own.

#include <string>
#include <vector>

#include "audit/stress/stress.h"
#include "report/terminal.h"

namespace qinglan {

// A number of a test with its interval and n: "+5.1 [3.0, 7.2], 3 seeds, 2,000 test rows".
std::string stress_number_text(const StressNumber& number);
// "4 passed, 3 failed, 1 undefined, 2 not tested"
std::string stress_summary(const std::vector<StressOutcome>& outcomes);

// Lines ended by '\n', safe to print as terminal_report's are.
std::string stress_text(const std::string& name, const std::vector<StressOutcome>& outcomes,
                        const TerminalStyle& style);

// Needs no network and no script. The same outcomes give the same bytes.
std::string stress_html(const std::string& name, const std::vector<Record>& records,
                        const std::vector<StressOutcome>& outcomes);

}  // namespace qinglan
