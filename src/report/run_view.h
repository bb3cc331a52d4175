#pragma once
// A run that goes on, as text for a terminal: what is done, what runs, what failed, how long the rest takes.

#include <string>

#include "record/run_state.h"
#include "report/terminal.h"

namespace qinglan {

// `now`: seconds since 1970. `most` lines of cells, and of failures, at the most; the rest is counted.
std::string run_view(const RunState& state, double now, const TerminalStyle& style, std::size_t most);

}  // namespace qinglan
