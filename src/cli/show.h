#pragma once
// A record shown: judged, as a table, a JSON document, an HTML and a CSV file.

#include <CLI/CLI.hpp>
#include <string>

#include "audit/judgement.h"
#include "cli/telling.h"
#include "record/record.h"
#include "report/terminal.h"

namespace qinglan {

struct ShowOptions {
  bool json = false;
  bool ledger = true;
  std::string html, csv;    // files to write; empty: none
  std::string lang = "en";  // of the HTML report

  void add_to(CLI::App& verb, const std::string& html_help);
  // Throws Error{usage} where a file could not be written, before anything is computed for it.
  void check() const;
  // All of them, files by their whole path, and the terminal's style where the text depends on it.
  Json to_json() const;
};

// For this terminal, or for a file that standard output goes to.
TerminalStyle style_of_output(bool ledger = true);

// What the verdicts ask for: 1 where a cell failed, 3 where one refuses, else 0.
int exit_code_of(const Judgement& judgement);

// Judged and written out, with the exit code that the verdicts ask for (0, 1, 3). `store_root`: where the
// texts of test rows may lie.
Telling tell(const Record& record, const ShowOptions& options, const std::string& store_root);

}  // namespace qinglan
