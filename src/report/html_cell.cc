#include "report/html_cell.h"

#include "report/html_agreement.h"
#include "report/html_card.h"
#include "report/html_curves.h"
#include "report/html_trust.h"
#include "report/number.h"
#include "report/trust_words.h"
#include "report/wording.h"

namespace qinglan {
namespace {

struct CellView {
  CellView(const Page& page, std::size_t index)
      : page(page),
        cell(page.record.cells[index]),
        judged(page.judgement.cells[index]),
        index(index),
        five(declared_five(judged)) {
    if (const auto rate = chance_of(page.record, judged.metric)) chance = {{*rate, "chance"}};
  }
  Unit unit() const { return unit_of(judged.metric); }
  Unit difference_unit() const { return difference_unit_of(judged.metric); }

  const Page& page;
  const Cell& cell;
  const CellJudgement& judged;
  std::size_t index;
  Five five;
  std::vector<Guide> chance;
};

ChartRow bar_row(const std::string& what, const std::string& more, const Estimate& estimate,
                 const std::string& style, const std::vector<Guide>& guides, Unit unit = Unit::share) {
  ChartRow row{.what = what, .more = more, .estimate = estimate, .unit = unit};
  row.strip.style = style;
  row.strip.bar = true;
  row.strip.guides = guides;
  return row;
}

std::string chance_words(const CellView& view) {
  return view.chance.empty()
             ? ""
             : "Dashed line: what guessing gives, " + in_metric(view.judged.metric, view.chance[0].at) + ". ";
}
Markup legend(const CellView& view, const std::string& more = "") {
  return paragraph(chance_words(view) + "Lines with end caps and numbers in brackets: 95% intervals." + more,
                   "soft");
}

Markup scores(const CellView& view) {
  const std::string by = view.cell.supervisor, student = view.cell.student;
  std::vector<Guide> middle = view.chance;
  if (view.five.weak_floor.defined()) middle.push_back({view.five.weak_floor.value, "floor"});
  if (view.five.strong_ceiling.defined()) middle.push_back({view.five.strong_ceiling.value, "ceiling"});
  return score_chart({bar_row("Weak floor", by, view.five.weak_floor, "floor", view.chance, view.unit()),
                      bar_row("Weak-to-strong", student + ", weak labels", view.five.weak_to_strong, "strong",
                              middle, view.unit()),
                      bar_row("Strong ceiling", student + ", ground truth", view.five.strong_ceiling,
                              "ceiling", view.chance, view.unit())}) +
         legend(view, " The lines across the middle bar mark floor and ceiling.");
}

Markup tile(const std::string& term, const Estimate& estimate, Unit unit) {
  const std::string more = estimate.defined() ? interval_text(estimate, unit) : estimate.undefined;
  return element(
      "div", {{"class", "tile"}},
      element("dt", term) + element("dd", words(value_text(estimate, unit)) + element("small", more)));
}

Markup tiles(const CellView& view) {
  const Estimate& main = view.five.weak_to_strong;
  const std::string in_points = view.difference_unit() == Unit::points ? ", points" : "";
  Markup body = tile("Gain" + in_points, view.five.gain, view.difference_unit()) +
                tile("Gap to the ceiling" + in_points, measured(view.judged.gap), view.difference_unit()) +
                tile("Share of the gap recovered", view.five.pgr, Unit::share);
  if (main.defined())
    body += element("div", {{"class", "tile"}},
                    element("dt", "Measured on") +
                        element("dd", words(counted(main.seeds, "seed")) +
                                          element("small", "× " + counted(main.items, "test item"))));
  return element("dl", {{"class", "tiles"}}, body);
}

Markup metrics(const CellView& view) {
  std::vector<std::vector<TableCell>> rows;
  for (const auto& [name, five] : view.judged.fives) {
    std::string label = metric_words(name);
    if (name == view.judged.metric) label += " (declared)";
    const Unit unit = unit_of(name);
    rows.push_back({cell_text(label), cell_estimate(measured(five.weak_floor), unit),
                    cell_estimate(measured(five.weak_to_strong), unit),
                    cell_estimate(measured(five.strong_ceiling), unit),
                    cell_estimate(measured(five.gain), difference_unit_of(name)),
                    cell_estimate(measured(five.pgr))});
  }
  if (rows.empty()) return {};
  return element("h4", "Every metric") +
         table("The same predictions by every metric; accuracies in percent and points, AUROC from 0 to 1",
               {"Metric", "Weak floor", "Weak-to-strong", "Strong ceiling", "Gain", "Gap recovered"}, rows) +
         paragraph(
             "Prior-matched accuracy moves each decision threshold until classes are predicted as often as "
             "the "
             "weak labels name them; what a threshold alone explains does not survive it.",
             "soft");
}

Markup controls(const CellView& view) {
  if (view.judged.controls.empty()) return {};
  std::vector<ChartRow> chart = {bar_row("Weak-to-strong", "for comparison", view.five.weak_to_strong,
                                         "strong", view.chance, view.unit())};
  std::vector<std::vector<TableCell>> rows;
  for (const auto& [name, raw] : view.judged.controls) {
    const Estimate estimate = measured(raw);
    if (estimate.defined()) chart.push_back(bar_row(name, "", estimate, "control", view.chance, view.unit()));
    const auto control = view.cell.controls.find(name);
    const bool rival = control == view.cell.controls.end() || !control->second.teaches;
    rows.push_back({cell_text(name), cell_estimate(estimate, view.unit()), cell_text(rival ? "yes" : "no"),
                    cell_text(control_words(name))});
  }
  return element("h4", "Controls") +
         paragraph(
             "What else could have produced the score? A gain means little if a control without teaching "
             "comes "
             "as far.",
             "soft") +
         score_chart(chart) + legend(view) +
         table("Controls on " + metric_words(view.judged.metric),
               {"Control", "Score", "A gain must beat it", "What it shows"}, rows);
}

Markup item_audit(const CellView& view) {
  const ItemAudit& audit = view.judged.items;
  struct Reading {
    const char *name, *meaning;
    Estimate estimate;
    const char* style;
  };
  const Reading readings[] = {
      {"Agreement", "answers like its supervisor", measured(audit.agreement), "control"},
      {"Agreement where right", "answers like it where the supervisor is right",
       measured(audit.agreement_weak_right), "control"},
      {"Imitation", "answers like it where the supervisor is wrong", measured(audit.imitation), "floor"},
      {"Recovery", "is right where the supervisor is wrong", measured(audit.recovery), "strong"},
      {"Damage", "is wrong where the supervisor is right", measured(audit.damage), "floor"},
      {"Confident disagreement", "of its answers above 95%: differs from a supervisor as sure",
       measured(audit.confident_disagreement), "control"},
      {"Confident copies among errors", "of its wrong answers above 55%: as a supervisor as sure says",
       measured(audit.confident_agreement_wrong), "floor"}};
  std::vector<ChartRow> chart;
  bool any = false;
  for (const auto& [name, meaning, estimate, style] : readings) {
    any = any || estimate.defined();
    chart.push_back(bar_row(name, meaning, estimate, style, {}));
  }
  const Estimate excess = measured(audit.excess_imitation);
  if (!any && !excess.defined()) return {};
  return element("h4", "Item by item") + score_chart(chart) +
         paragraph("Excess imitation, in points: " + estimate_text(excess, Unit::points) +
                       ". That is imitation beyond what a student trained on ground truth with another seed "
                       "shares with "
                       "the supervisor by itself.",
                   "soft") +
         list_of(learning_lines(view.judged), "notes");
}

Markup supervisor_shift(const CellView& view) {
  const Estimate shift = measured(view.judged.supervisor_shift);
  std::string words = "Supervisor on the rows it labelled minus supervisor on the test rows, in points: " +
                      estimate_text(shift, Unit::points) + ".";
  if (view.judged.supervisor_shifted)
    words += " This is a real shift: the floor does not describe the labels that the student learned from.";
  return element("h4", "Supervisor shift") + paragraph(words);
}

Markup seeds_that_failed(const CellView& view) {
  std::vector<std::string> lines;
  for (const SeedRun& run : view.cell.seeds)
    for (const auto* name : {&run.weak_floor, &run.weak_to_strong, &run.strong_ceiling}) {
      const auto it = view.page.record.series.find(*name);
      if (it != view.page.record.series.end() && it->second.status != "done")
        lines.push_back("Seed " + std::to_string(run.seed) + ", " + kind_words(it->second.kind) + ": " +
                        it->second.status + ", " + it->second.why);
    }
  return list_of(lines, "notes");
}

// What every student of a chain scores, from the supervisor on.
Markup chain(const CellView& view) {
  if (view.judged.chain.empty()) return {};
  std::vector<ChartRow> chart = {
      bar_row("Weak floor", view.cell.supervisor, view.five.weak_floor, "floor", view.chance, view.unit())};
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < view.judged.chain.size(); ++i) {
    const ChainStep& step = view.judged.chain[i];
    const Estimate score = measured(step.scores.at(view.judged.metric));
    const bool last = i + 1 == view.judged.chain.size();
    chart.push_back(bar_row(last ? "Weak-to-strong" : "Link " + std::to_string(i + 1), step.name, score,
                            last ? "strong" : "control", view.chance, view.unit()));
    rows.push_back(
        {cell_text(step.name), cell_text(tune_words(step.tune)), cell_text(view.cell.chain[i].method),
         cell_text(grouped_number(view.cell.chain[i].parameters)), cell_estimate(score, view.unit()),
         cell_estimate(measured(step.over_teacher), view.difference_unit())});
  }
  return element("h4", "Link by link") +
         paragraph(
             "Each model learns its predecessor's labels of the transfer rows and labels them for the next.",
             "soft") +
         score_chart(chart) + legend(view) +
         table("The chain on " + metric_words(view.judged.metric),
               {"Model", "Trained", "Method", "Parameters", "Score", "Over its teacher"}, rows);
}

// Everything below the scores.
Markup evidence(const CellView& view) {
  Markup body = element("h4", "Why this verdict") + paragraph(view.judged.reason);
  if (view.cell.status == "failed")
    return body + list_of({"Failed: " + view.cell.error}, "notes") + seeds_that_failed(view);
  body += paragraph(words_of(view.judged.verdict).meaning, "soft") +
          // Of few cells it stands in the answer.
          (view.page.folds() ? verdict_card_lists(view.judged) : Markup()) +
          list_of(view.judged.notes, "notes") + seeds_that_failed(view);
  const Markup curves = learning_curves(view.page, view.cell);
  body += chain(view) + controls(view) + item_audit(view) + agreement_tables(view.page, view.index) +
          example_tables(view.page, view.index) + trust_audits(view.page, view.index) + metrics(view);
  if (!curves.empty())
    body +=
        view.page.folds() ? details("Learning curves", curves) : element("h4", "Learning curves") + curves;
  return body + supervisor_shift(view);
}

Markup settings(const Cell& cell) {
  const std::string params = params_text(cell.params);
  return paragraph(params.empty() ? "" : "Method settings: " + params, "soft");
}

}  // namespace

Markup cell_scores(const Page& page, std::size_t index) {
  const CellView view(page, index);
  if (view.cell.status == "failed") return {};
  return tiles(view) + scores(view);
}

Markup cells_section(const Page& page) {
  Markup body;
  for (std::size_t i = 0; i < page.labels.size(); ++i) {
    const CellView view(page, i);
    if (page.folds()) {
      const Markup line = element("span", {{"class", "summary-line"}},
                                  element("h3", text(page.labels[i])) + badge(view.judged.verdict));
      body += element("details", {{"class", "cell"}, {"id", cell_anchor(i)}, of_cell(i)},
                      element("summary", line) + paragraph(view.judged.headline, "headline") +
                          settings(view.cell) + cell_scores(page, i) + evidence(view));
    } else {
      const Markup head = element("div", {{"class", "card-head"}},
                                  element("h3", text(page.labels[i])) + badge(view.judged.verdict));
      body += element("article", {{"class", "card"}, {"id", cell_anchor(i)}, of_cell(i)},
                      head + settings(view.cell) + evidence(view));
    }
  }
  return section("cells", page.folds() ? "Cell by cell" : "The evidence", body);
}

}  // namespace qinglan
