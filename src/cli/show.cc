#include "cli/show.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "audit/cell_picture.h"
#include "audit/verdict.h"
#include "cli/row_texts.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/terminal.h"

namespace qinglan {
TerminalStyle style_of_output(bool ledger) {
  TerminalStyle style{.color = false, .width = 100, .ledger = ledger};
  winsize size{};
  if (isatty(STDOUT_FILENO)) {
    style.color = !std::getenv("NO_COLOR");
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  }
  return style;
}

void ShowOptions::add_to(CLI::App& verb, const std::string& html_help) {
  verb.add_flag("--json", json, "print one JSON document on standard output");
  verb.add_flag_callback(
      "--no-ledger", [this] { ledger = false; },
      "leave out time and memory, so that equal results are equal bytes");
  verb.add_option("--html", html, html_help);
  verb.add_option("--lang", lang, "language of the HTML report: en (default) or zh")
      ->check(CLI::IsMember({"en", "zh"}));
  verb.add_option("--csv", csv, "write a table for other programs, a line a cell");
}

namespace {

std::string whole(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

std::string html_of(const Record& record, const Judgement& judgement, const ShowOptions& options,
                    const std::string& store_root) {
  constexpr std::size_t kFewCells = 6, kExamples = 8, kExamplesOfMany = 3;
  const std::size_t examples = record.cells.size() > kFewCells ? kExamplesOfMany : kExamples;
  return html_report(record, judgement,
                     {.ledger = options.ledger,
                      .language = language_named(options.lang),
                      .pictures = picture_cells(record, examples),
                      .texts = row_texts(record, store_root)});
}

}  // namespace

void ShowOptions::check() const {
  for (const auto& path : {html, csv}) check_output(path);
}

Json ShowOptions::to_json() const {
  Json json_options = {
      {"json", json}, {"ledger", ledger}, {"html", whole(html)}, {"csv", whole(csv)}, {"lang", lang}};
  if (json) return json_options;
  const TerminalStyle style = style_of_output(ledger);
  json_options["color"] = style.color;
  json_options["width"] = style.width;
  return json_options;
}

Telling tell(const Record& record, const ShowOptions& options, const std::string& store_root) {
  const Judgement judgement = judge(record);
  Telling telling{.code = exit_code_of(judgement)};
  if (!options.html.empty())
    telling.files[whole(options.html)] = html_of(record, judgement, options, store_root);
  if (!options.csv.empty()) telling.files[whole(options.csv)] = csv_report(record, judgement);
  telling.text = options.json ? pretty_json(run_document(record, judgement, options.ledger)) + "\n"
                              : terminal_report(record, judgement, style_of_output(options.ledger));
  return telling;
}

int exit_code_of(const Judgement& judgement) {
  for (const auto& cell : judgement.cells)
    if (cell.verdict == Verdict::failed) return 1;
  return judgement.refuses() ? 3 : 0;
}

}  // namespace qinglan
