#include "report/terminal.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "report/number.h"
#include "report/terminal_text.h"
#include "report/trust_words.h"
#include "report/utf8.h"
#include "report/wording.h"

namespace qinglan {
namespace {

// Cells; more would bury the rest of the report.
constexpr std::size_t kMostWithControls = 12, kMostWithCards = 3;

struct View {
  const Record& record;
  const Judgement& judgement;
  std::vector<std::string> labels;
};

std::string tag_of(Verdict verdict) { return std::string(words_of(verdict).mark) + " " + name_of(verdict); }

void print_title(TerminalText& out, const View& view) {
  const Record& record = view.record;
  out.line(out.bold("Qinglan 青蓝  " + plain_line(record.name)));
  std::string data = "data " + record.data.name + ": " + grouped_number(record.data.train) + " train rows, " +
                     grouped_number(record.data.test) + " test rows, classes";
  for (const auto& name : record.data.classes) data += " " + name;
  out.wrapped(0, 2, data);
  if (const std::string compat = compat_text(record.spec); !compat.empty())
    out.wrapped(0, 2, plain_line(compat));
  const std::string metric = record.claim.metric;
  const auto chance = chance_of(record, metric);
  out.wrapped(0, 2,
              "scores: " + metric_words(metric) + " on test rows, 95% intervals in brackets" +
                  (chance ? "; guessing gives " + in_metric(metric, *chance) : ""));
}

// Five columns as wide as the widest entry of all cells, so that the eye can run down.
void print_cells(TerminalText& out, const View& view, bool probes) {
  constexpr int kColumns = 5;
  const std::vector<std::string> heads = {"floor", "weak-to-strong", "ceiling", "gain", "PGR"};
  std::vector<int> widths;
  for (const auto& head : heads) widths.push_back(display_width(head));
  struct Lines {
    std::vector<std::string> values, intervals;
  };
  std::vector<Lines> lines(view.record.cells.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Five five = declared_five(view.judgement.cells[i]);
    const Estimate* estimates[] = {&five.weak_floor, &five.weak_to_strong, &five.strong_ceiling, &five.gain,
                                   &five.pgr};
    const std::string& metric = view.judgement.cells[i].metric;
    const Unit score = unit_of(metric);
    const Unit units[] = {score, score, score, difference_unit_of(metric), Unit::share};
    for (int c = 0; c < kColumns; ++c) {
      lines[i].values.push_back(value_text(*estimates[c], units[c]));
      lines[i].intervals.push_back(interval_text(*estimates[c], units[c]));
      widths[c] =
          std::max({widths[c], display_width(lines[i].values[c]), display_width(lines[i].intervals[c])});
    }
  }
  const auto row = [&](const std::vector<std::string>& cells) {
    std::string text = "  ";
    for (int c = 0; c < kColumns; ++c) text += (c ? "  " : "") + padded(cells[c], widths[c], true);
    return text.erase(text.find_last_not_of(' ') + 1);
  };
  out.line(out.dim(row(heads)));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Cell& cell = view.record.cells[i];
    if ((cell.student_tune == "probe") != probes) continue;
    const CellJudgement& judged = view.judgement.cells[i];
    out.spread(0, view.labels[i], tag_of(judged.verdict), words_of(judged.verdict).tone);
    if (cell.status == "failed") {
      out.wrapped(2, 4, "failed: " + cell.error);
      continue;
    }
    out.line(row(lines[i].values));
    out.line(out.dim(row(lines[i].intervals)));
    const Five five = declared_five(judged);
    const std::pair<const char*, const Estimate*> named[] = {{"floor", &five.weak_floor},
                                                             {"weak-to-strong", &five.weak_to_strong},
                                                             {"ceiling", &five.strong_ceiling},
                                                             {"gain", &five.gain},
                                                             {"PGR", &five.pgr}};
    for (const auto& [name, estimate] : named)
      if (!estimate->defined()) out.wrapped(2, 4, std::string(name) + " undefined: " + estimate->undefined);
  }
}

void print_scores(TerminalText& out, const View& view) {
  for (const bool probes : {true, false}) {
    const auto count = std::count_if(view.record.cells.begin(), view.record.cells.end(),
                                     [&](const Cell& c) { return (c.student_tune == "probe") == probes; });
    if (count == 0) continue;
    out.heading(probes ? "Students read by a linear probe" : "Fine-tuned students");
    print_cells(out, view, probes);
  }
}

void print_chains(TerminalText& out, const View& view) {
  bool any = false;
  for (std::size_t i = 0; i < view.labels.size(); ++i) {
    const CellJudgement& judged = view.judgement.cells[i];
    if (judged.chain.empty()) continue;
    if (!any) out.heading("Chains, link by link");
    any = true;
    out.line(plain_line(view.labels[i]));
    const Unit score = unit_of(judged.metric), difference = difference_unit_of(judged.metric);
    std::vector<TerminalText::Row> rows = {{{"", "score", "", "over its teacher", ""}, true}};
    for (const ChainStep& step : judged.chain) {
      const Estimate value = measured(step.scores.at(judged.metric)), over = measured(step.over_teacher);
      rows.push_back({{step.name, value_text(value, score), interval_text(value, score),
                       value_text(over, difference), interval_text(over, difference)}});
    }
    out.table(2, rows);
  }
}

void print_card(TerminalText& out, const VerdictCard& card) {
  const std::pair<const char*, const std::vector<std::string>&> parts[] = {
      {"how sure", card.sure}, {"would overturn it", card.overturn}, {"not tested", card.untested}};
  for (const auto& [title, lines] : parts) {
    if (lines.empty()) continue;
    out.line("    " + out.dim(title));
    for (const auto& line : lines) out.wrapped(6, 8, "- " + line);
  }
}

void print_verdicts(TerminalText& out, const View& view) {
  out.heading("Verdict");
  for (std::size_t i = 0; i < view.labels.size(); ++i) {
    const CellJudgement& judged = view.judgement.cells[i];
    out.wrapped(0, 2,
                std::string(words_of(judged.verdict).mark) + " " + view.labels[i] + ": " + judged.headline);
    if (!judged.reason.empty()) out.wrapped(4, 4, judged.reason);
    if (view.labels.size() <= kMostWithCards || judged.against_naive.primary) print_card(out, judged.card);
    for (const auto& note : judged.notes) out.wrapped(4, 6, "note: " + note);
  }
}

void print_controls(TerminalText& out, const View& view) {
  std::set<std::string> names;
  for (const auto& cell : view.judgement.cells)
    for (const auto& [name, estimate] : cell.controls) names.insert(name);
  if (names.empty()) return;
  out.heading("Controls");
  if (view.labels.size() > kMostWithControls) {
    out.wrapped(2, 2,
                "The controls of these " + counted(static_cast<std::int64_t>(view.labels.size()), "cell") +
                    " and their other audits stand in the HTML report.");
    return;
  }
  for (std::size_t i = 0; i < view.labels.size(); ++i) {
    const auto& controls = view.judgement.cells[i].controls;
    if (controls.empty()) continue;
    out.line(plain_line(view.labels[i]));
    const Unit unit = unit_of(view.judgement.cells[i].metric);
    std::vector<TerminalText::Row> rows;
    std::vector<std::string> undefined;
    for (const auto& [name, control] : controls) {
      const Estimate estimate = measured(control);
      rows.push_back({{name, value_text(estimate, unit), interval_text(estimate, unit)}});
      if (!estimate.defined()) undefined.push_back(name + " undefined: " + estimate.undefined);
    }
    out.table(2, rows);
    for (const auto& reason : undefined) out.wrapped(2, 4, reason);
  }
}

void print_comparisons(TerminalText& out, const View& view) {
  std::vector<TerminalText::Row> rows;
  std::string primary;
  for (std::size_t i = 0; i < view.labels.size(); ++i) {
    const CellJudgement& judged = view.judgement.cells[i];
    const Comparison& against = judged.against_naive;
    const Estimate difference = measured(against.difference);
    if (!difference.defined()) continue;
    const Unit unit = difference_unit_of(judged.metric);
    if (rows.empty()) rows.push_back({{"", "student", "", "p", "p, Holm"}, true});
    if (against.primary) primary = view.labels[i];
    rows.push_back({{view.labels[i], value_text(difference, unit), interval_text(difference, unit),
                     p_text(against.p), p_text(against.p_holm)}});
  }
  if (rows.empty()) return;
  out.heading("Against naive");
  out.table(2, rows);
  if (!primary.empty()) out.wrapped(2, 4, "primary, judged by itself: " + primary);
}

// One heading a kind of audit; cells with nothing to say are left out.
void print_audits(TerminalText& out, const View& view) {
  using Lines = std::vector<std::string> (*)(const CellJudgement&);
  const std::pair<const char*, Lines> audits[] = {{"Noise and tests", power_lines},
                                                  {"What was learned", inheritance_lines},
                                                  {"How sure it is", calibration_lines},
                                                  {"Where it may answer", use_lines},
                                                  {"Slices", slice_lines},
                                                  {"Foretold without labels", forecast_lines}};
  if (view.labels.size() > kMostWithControls) return;
  for (const auto& [title, lines_of] : audits) {
    bool titled = false;
    for (std::size_t i = 0; i < view.labels.size(); ++i) {
      const auto lines = lines_of(view.judgement.cells[i]);
      if (lines.empty()) continue;
      if (!titled) out.heading(title);
      titled = true;
      out.wrapped(0, 2, view.labels[i]);
      for (const auto& line : lines) out.wrapped(2, 4, line);
    }
  }
}

void print_notes(TerminalText& out, const View& view) {
  if (view.judgement.notes.empty() && view.record.warnings.empty()) return;
  out.heading("Notes");
  for (const auto& note : view.judgement.notes) out.wrapped(2, 4, "- " + note);
  for (const auto& warning : view.record.warnings) out.wrapped(2, 4, "! " + warning);
}

void print_ledger(TerminalText& out, const Ledger& ledger) {
  out.heading("Ledger");
  std::string line = flops_text(ledger.flops) + ", " + seconds_text(ledger.seconds) + ", peak memory " +
                     bytes_text(ledger.peak_memory) + "; " + counted(ledger.computed, "node") +
                     " computed, " + grouped_number(ledger.reused) + " reused";
  if (ledger.failed > 0) line += ", " + grouped_number(ledger.failed) + " failed";
  if (ledger.claims > 1)
    line += "; " + counted(ledger.claims, "run") + " of this store claimed something about these test rows";
  out.wrapped(2, 4, line);
}

// With every audit the text is long, and its end is what stays on the screen.
void print_ending(TerminalText& out, const View& view) {
  if (view.labels.size() > kMostWithControls) return;
  out.heading("In short");
  for (std::size_t i = 0; i < view.labels.size(); ++i)
    out.wrapped(0, 2, view.labels[i] + ": " + name_of(view.judgement.cells[i].verdict));
}

}  // namespace

std::string terminal_report(const Record& record, const Judgement& judgement, const TerminalStyle& style) {
  QL_CHECK(record.cells.size() == judgement.cells.size(), "a judgement belongs to its record");
  const View view{record, judgement, cell_labels(record)};
  TerminalText out(style.color, style.width);
  print_title(out, view);
  print_scores(out, view);
  print_chains(out, view);
  print_verdicts(out, view);
  print_comparisons(out, view);
  print_controls(out, view);
  print_audits(out, view);
  print_notes(out, view);
  if (style.ledger) print_ledger(out, record.ledger);
  print_ending(out, view);
  return out.str();
}

}  // namespace qinglan
