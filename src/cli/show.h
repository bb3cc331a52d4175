#pragma once
// A record shown: judged, as a table, a JSON document, an HTML and a CSV file.

#include <CLI/CLI.hpp>
#include <string>

#include "record/record.h"
#include "report/terminal.h"

namespace qinglan {

struct ShowOptions {
  bool json = false;
  bool ledger = true;
  std::string html, csv;  // files to write; empty: none

  void add_to(CLI::App& verb, const std::string& html_help);
};

// For this terminal, or for a file that standard output goes to.
TerminalStyle style_of_output(bool ledger = true);

// Prints to standard output and returns the exit code that the verdicts ask for (0, 1, 3).
int show_record(const Record& record, const ShowOptions& options);

}  // namespace qinglan
