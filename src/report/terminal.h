#pragma once
// The report for a terminal: cells with their estimates and verdicts, headlines, controls, notes, ledger.

#include <string>

#include "audit/judgement.h"
#include "record/record.h"

namespace qinglan {

struct TerminalStyle {
  bool color = false;
  int width = 80;  // columns; at least 60 are used
  bool ledger = true;
};

// Lines ended by '\n'. Names of users cannot move the cursor or colour the terminal: control characters are
// replaced.
std::string terminal_report(const Record& record, const Judgement& judgement, const TerminalStyle& style);

}  // namespace qinglan
