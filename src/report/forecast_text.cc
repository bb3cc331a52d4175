#include "report/forecast_text.h"

#include "audit/words.h"
#include "metrics/binomial.h"
#include "report/number.h"
#include "report/terminal_text.h"

namespace qinglan {
namespace {

std::string share_text(std::int64_t count, std::int64_t cells) {
  const Bounds bounds = binomial_bounds(count, cells);
  const auto percent_of = [](double share) { return fixed(100 * share, 1); };
  return std::to_string(count) + " of " + std::to_string(cells) + ", " +
         percent_of(static_cast<double>(count) / static_cast<double>(cells)) + "% [" +
         percent_of(bounds.low) + ", " + percent_of(bounds.high) + "]";
}

void print_coverage(TerminalText& out, const std::string& what, const Coverage& coverage,
                    std::int64_t cells) {
  out.wrapped(0, 2, what);
  out.wrapped(2, 4, "held (not surely below): " + share_text(coverage.held, cells));
  out.wrapped(2, 4, "measured at least that:  " + share_text(coverage.at_least, cells));
}

}  // namespace

std::string history_text(const ForecastHistory& history, const TerminalStyle& style) {
  TerminalText out(style.color, style.width);
  out.line(out.bold("Forecasts of " + counted(history.runs(), "run")));
  out.wrapped(0, 2,
              counted(history.cells(), "cell") + " of " + counted(history.data_sets(), "data set") +
                  " whose gain was foretold from misfit and sealed before truth was opened; " +
                  counted(history.unsealed(), "other") + " not sealed, or without an interval");
  if (history.cells() == 0) return out.str();
  out.blank();
  print_coverage(out, "Brier score gained is at least the squared misfit", history.squared(),
                 history.cells());
  print_coverage(out, "loss saved is at least KL(student || weak)", history.bregman(), history.cells());
  out.blank();
  out.wrapped(0, 2,
              "Shares with exact binomial 95% intervals, which know nothing of what cells of one data set "
              "have in common. A student that several runs name counts once.");
  return out.str();
}

}  // namespace qinglan
