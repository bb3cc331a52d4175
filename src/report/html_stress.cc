#include "report/html_parts.h"
#include "report/language.h"
#include "report/stress_text.h"
#include "report/style.h"

namespace qinglan {
namespace {

// Of a file that loads nothing and runs nothing.
Markup head_of(const std::string& title) {
  return element(
      "head", leaf("meta", {{"charset", "utf-8"}}) +
                  leaf("meta", {{"http-equiv", "Content-Security-Policy"},
                                {"content", "default-src 'none'; style-src 'unsafe-inline'"}}) +
                  leaf("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
                  leaf("meta", {{"name", "color-scheme"}, {"content", "light dark"}}) +
                  element("title", text(title)) + element("style", trusted(style_sheet())));
}

const char* tone_of(StressResult result) {
  return result == StressResult::passed      ? "good"
         : result == StressResult::failed    ? "bad"
         : result == StressResult::undefined ? "unsure"
                                             : "flat";
}

Markup outcome_badge(StressResult result) {
  return element("span", {{"class", std::string("badge ") + tone_of(result)}}, name_of(result));
}

Markup summary_table(const std::vector<StressOutcome>& outcomes) {
  std::vector<std::vector<TableCell>> rows;
  for (const auto& outcome : outcomes)
    rows.push_back({cell_text(std::string(outcome.test->id) + " " + outcome.test->name),
                    {outcome_badge(outcome.finding.result)},
                    cell_text(outcome.test->judge ? rule_of(*outcome.test) : "")});
  return table("Outcomes", {"Test", "Outcome", "Stated beforehand"}, rows);
}

Markup section_of(const StressOutcome& outcome) {
  const StressTest& test = *outcome.test;
  Markup body = element("p", outcome_badge(outcome.finding.result) + text(std::string(" ") + test.asks));
  if (test.judge) {
    body += paragraph(std::string("Measured: ") + test.harm + ".");
    body += paragraph("Stated beforehand: " + rule_of(test) + ", for " + test.why + ".");
  }
  body += paragraph(outcome.finding.why);
  std::vector<std::vector<TableCell>> rows;
  for (const auto& number : outcome.finding.numbers)
    rows.push_back({cell_text(number.what), cell_text(stress_number_text(number)),
                    cell_text(number.decides ? "decides" : "")});
  if (!rows.empty()) body += table("Numbers, 95% intervals", {"What", "Estimate and n", ""}, rows);
  body += paragraph(std::string("Source: ") + test.source, "more");
  return section(test.id, std::string(test.id) + " " + test.name, card(body));
}

Markup runs_section(const std::vector<Record>& records) {
  std::vector<std::vector<TableCell>> rows;
  for (const auto& record : records)
    rows.push_back({cell_text(record.name), cell_code(short_key(record.run)), cell_text(record.data.name)});
  return section("runs", "Runs", card(table("What the suite ran", {"Run", "Key", "Data"}, rows)));
}

}  // namespace

std::string stress_html(const std::string& name, const std::vector<Record>& records,
                        const std::vector<StressOutcome>& outcomes) {
  Markup main = section("outcomes", stress_summary(outcomes), card(summary_table(outcomes)));
  for (const auto& outcome : outcomes) main += section_of(outcome);
  main += runs_section(records);
  const Markup top = element("header", {{"class", "top"}},
                             element("div", element("h1", text(name)) + paragraph("Stress suite", "lead")));
  const Markup page =
      element("html", {{"lang", "en"}},
              head_of(name + " · Qinglan stress suite") + element("body", top + element("main", main)));
  return "<!doctype html>\n" + in_language(page, Language::english) + "\n";
}

}  // namespace qinglan
