#include "report/html.h"

#include "base/error.h"
#include "report/html_answer.h"
#include "report/html_cell.h"
#include "report/html_comparison.h"
#include "report/html_evidence.h"
#include "report/number.h"
#include "report/script.h"
#include "report/style.h"
#include "report/wording.h"

namespace qinglan {
namespace {

Markup head(const Page& page) {
  return element(
      "head", leaf("meta", {{"charset", "utf-8"}}) +
                  leaf("meta", {{"http-equiv", "Content-Security-Policy"},
                                {"content", "default-src 'none'; style-src 'unsafe-inline'; script-src '" +
                                                script_hash() + "'; base-uri 'none'; form-action 'none'"}}) +
                  leaf("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
                  leaf("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                  leaf("meta", {{"name", "referrer"}, {"content", "no-referrer"}}) +
                  element("title", text(page.record.name) + text(" · ") + words("Qinglan report")) +
                  element("style", trusted(style_sheet())));
}

Markup navigation(const Page& page) {
  Markup links;
  const auto link = [&](const char* id, const char* words) {
    links += element("li", element("a", {{"href", std::string("#") + id}}, words));
  };
  link("answer", "The answer");
  link("reading", "How to read it");
  link("question", "What was asked");
  link("cells", "Evidence");
  if (has_comparisons(page)) link("methods", "Methods");
  if (page.options.ledger) link("ledger", "Cost");
  if (!page.record.series.empty()) link("certificates", "What was seen");
  link("spec", "Spec and digests");
  return element("nav", {{"aria-label", "Sections"}}, element("ul", links));
}

Markup top(const Page& page) {
  const Record& record = page.record;
  const std::string lead = "Weak-to-strong on " + record.data.name + ", " +
                           counted(static_cast<std::int64_t>(record.cells.size()), "cell") + ", " +
                           grouped_number(record.data.test) + " test rows";
  return element(
      "header", {{"class", "top"}},
      element("div", element("div", {{"class", "brand-line"}},
                             brand_svg() + element("span", "Qinglan 青蓝 · weak-to-strong report")) +
                         element("h1", text(record.name)) + paragraph(lead, "lead") + navigation(page)));
}

Markup foot(const Record& record) {
  return element("footer",
                 element("p", words("Made by qinglan " + record.engine_version + " from run ") +
                                  element("code", text(short_key(record.run))) +
                                  words(". This file holds everything it shows; it loads nothing.")));
}

}  // namespace

std::string html_report(const Record& record, const Judgement& judgement, const ReportOptions& options) {
  QL_CHECK(record.cells.size() == judgement.cells.size(), "a judgement belongs to its record");
  const Page page{record, judgement, options, cell_labels(record)};
  const Markup main = answer_section(page) + reading_section(page) + question_section(page) +
                      cells_section(page) + comparison_section(page) + ledger_section(page) +
                      certificate_section(page) + spec_section(page);
  const Markup skip = element("a", {{"class", "skip"}, {"href", "#answer"}}, "To the answer");
  const Markup body = element("body", skip + top(page) + element("main", main) + foot(record) +
                                          element("script", trusted(page_script())));
  const Attributes language{{"lang", std::string(html_code(options.language))}};
  return "<!doctype html>\n" + in_language(element("html", language, head(page) + body), options.language) +
         "\n";
}

}  // namespace qinglan
