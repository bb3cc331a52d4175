#pragma once
// How forecasts came out over all past runs, for a terminal.

#include <string>

#include "audit/forecast_history.h"
#include "report/terminal.h"

namespace qinglan {

// Lines ended by '\n'.
std::string history_text(const ForecastHistory& history, const TerminalStyle& style);

}  // namespace qinglan
