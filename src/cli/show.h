#pragma once
// A record shown: judged, as a table, a JSON document, an HTML and a CSV file.

#include <CLI/CLI.hpp>
#include <string>

#include "audit/judgement.h"
#include "record/record.h"
#include "report/terminal.h"

namespace qinglan {

struct ShowOptions {
  bool json = false;
  bool ledger = true;
  std::string html, csv;    // files to write; empty: none
  std::string lang = "en";  // of the HTML report

  void add_to(CLI::App& verb, const std::string& html_help);
};

// For this terminal, or for a file that standard output goes to.
TerminalStyle style_of_output(bool ledger = true);

// What the verdicts ask for: 1 where a cell failed, 3 where one refuses, else 0.
int exit_code_of(const Judgement& judgement);

// Prints to standard output and returns the exit code that the verdicts ask for (0, 1, 3). `store_root`:
// where the texts of test rows may lie.
int show_record(const Record& record, const ShowOptions& options, const std::string& store_root);

}  // namespace qinglan
