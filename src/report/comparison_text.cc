#include "report/comparison_text.h"

#include <algorithm>

#include "report/number.h"
#include "report/terminal_text.h"
#include "report/utf8.h"
#include "report/wording.h"

namespace qinglan {
namespace {

std::string short_name(const Record& record) { return record.name + " (" + record.run.substr(0, 8) + ")"; }

void print_pair(TerminalText& out, const CellPair& pair, const std::string& metric) {
  const Unit unit = unit_of(metric);
  out.wrapped(0, 2, pair.a == pair.b ? pair.a : pair.a + "  →  " + pair.b);
  out.wrapped(2, 4, "A " + estimate_text(pair.score_a, unit));
  out.wrapped(2, 4, "B " + estimate_text(pair.score_b, unit));
  const Comparison& difference = pair.difference;
  std::string line = "B - A " + estimate_text(difference.difference, difference_unit_of(metric));
  if (difference.difference.defined()) {
    line += ", p " + p_text(difference.p);
    if (difference.family > 1)
      line += ", " + p_text(difference.p_holm) + " after Holm over " + std::to_string(difference.family);
    line += "; " + std::to_string(difference.difference.seeds) + " seeds, " +
            std::to_string(difference.difference.items) + " test rows";
  }
  out.wrapped(2, 4, line);
}

void print_alone(TerminalText& out, const char* where, const std::vector<std::string>& ids) {
  for (const auto& id : ids) out.wrapped(0, 2, std::string("only in ") + where + ": " + id);
}

// What the pairs say together, at 5% after Holm.
std::string summary(const RecordComparison& comparison) {
  std::size_t better = 0, worse = 0, unknown = 0;
  for (const CellPair& pair : comparison.pairs) {
    const bool told = pair.difference.difference.defined() && pair.difference.p_holm < 0.05;
    if (!told)
      ++unknown;
    else
      ++(pair.difference.difference.value > 0 ? better : worse);
  }
  return "B better in " + std::to_string(better) + ", worse in " + std::to_string(worse) +
         ", not decided in " + std::to_string(unknown) + " of " + std::to_string(comparison.pairs.size()) +
         " pairs";
}

}  // namespace

std::string comparison_text(const Record& a, const Record& b, const RecordComparison& comparison,
                            const TerminalStyle& style) {
  TerminalText out(style.color, style.width);
  out.line(out.bold("Qinglan 青蓝  A: " + plain_line(short_name(a)) + ", B: " + plain_line(short_name(b))));
  out.wrapped(0, 2,
              "students' " + metric_words(comparison.metric) +
                  " on the same test rows, 95% intervals in brackets, paired by seed and row");
  out.blank();
  for (const CellPair& pair : comparison.pairs) print_pair(out, pair, comparison.metric);
  print_alone(out, "A", comparison.only_a);
  print_alone(out, "B", comparison.only_b);
  out.blank();
  out.wrapped(
      0, 2,
      comparison.pairs.empty() ? "no cell of A has a partner of the same id in B" : summary(comparison));
  return out.str();
}

}  // namespace qinglan
