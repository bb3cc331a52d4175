#include "report/stress_text.h"

#include <map>

#include "report/number.h"
#include "report/terminal_text.h"
#include "report/utf8.h"

namespace qinglan {
namespace {

Unit unit_of(const StressNumber& number) {
  static const std::map<std::string, Unit> units = {
      {"share", Unit::share}, {"points", Unit::points}, {"ratio", Unit::ratio}};
  return units.at(number.unit);
}

Tone tone_of(StressResult result) {
  switch (result) {
    case StressResult::passed:
      return Tone::good;
    case StressResult::failed:
      return Tone::bad;
    case StressResult::undefined:
      return Tone::unsure;
    case StressResult::not_tested:
      return Tone::flat;
  }
  return Tone::flat;
}

void print(TerminalText& out, const StressOutcome& outcome) {
  const StressTest& test = *outcome.test;
  const StressFinding& finding = outcome.finding;
  out.spread(0, std::string(test.id) + "  " + test.name, name_of(finding.result), tone_of(finding.result));
  out.wrapped(2, 2, test.asks);
  if (test.judge && finding.result != StressResult::not_tested) {
    out.wrapped(2, 4, std::string("measured: ") + test.harm);
    out.wrapped(2, 4, "stated beforehand: " + rule_of(test) + ", for " + test.why);
  }
  if (!finding.why.empty()) out.wrapped(2, 4, plain_line(finding.why));
  for (const auto& number : finding.numbers)
    out.wrapped(2, 6,
                (number.decides ? "* " : "  ") + plain_line(number.what) + ": " + stress_number_text(number));
  out.blank();
}

}  // namespace

std::string stress_number_text(const StressNumber& number) {
  std::string words = estimate_text(number.estimate, unit_of(number));
  if (number.estimate.defined())
    words +=
        ", " + counted(number.estimate.seeds, "seed") + ", " + counted(number.estimate.items, "test row");
  return words;
}

std::string stress_summary(const std::vector<StressOutcome>& outcomes) {
  std::map<StressResult, int> count;
  for (const auto& outcome : outcomes) ++count[outcome.finding.result];
  std::string words;
  for (const auto result :
       {StressResult::passed, StressResult::failed, StressResult::undefined, StressResult::not_tested})
    words += (words.empty() ? "" : ", ") + std::to_string(count[result]) + " " + name_of(result);
  return words;
}

std::string stress_text(const std::string& name, const std::vector<StressOutcome>& outcomes,
                        const TerminalStyle& style) {
  TerminalText out(style.color, style.width);
  out.line(out.bold("Qinglan 青蓝  stress suite: " + plain_line(name)));
  out.wrapped(0, 2, "95% intervals in brackets; * what the bound is held against");
  out.blank();
  for (const auto& outcome : outcomes) print(out, outcome);
  out.wrapped(0, 2, stress_summary(outcomes));
  return out.str();
}

}  // namespace qinglan
