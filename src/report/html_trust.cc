#include "report/html_trust.h"

#include <algorithm>

#include "report/trust_words.h"

namespace qinglan {
namespace {

std::vector<TableCell> certainty_row(const std::string& who, const Certainty& certainty) {
  return {cell_text(who), cell_estimate(measured(certainty.over_confidence), Unit::points),
          cell_estimate(measured(certainty.calibration_error)),
          cell_estimate(measured(certainty.brier), Unit::ratio),
          cell_estimate(measured(certainty.nll), Unit::ratio)};
}

struct Stated {
  const char *who, *style;
  const std::vector<ReliabilityBin>& bins;
};

Markup calibration_plot(const CellPicture& picture) {
  const Stated all[] = {{"Weak floor", "floor", picture.weak_floor},
                        {"Weak-to-strong", "strong", picture.weak_to_strong},
                        {"Strong ceiling", "ceiling", picture.strong_ceiling}};
  LineChart chart{.title = "Accuracy by stated probability",
                  .x_name = "Probability stated for the answer given",
                  .y_name = "Right of these answers; the thin line is where both are equal",
                  .y_percent = true,
                  .dots = true,
                  .lines = {{.style = "even", .points = {{0, 0}, {1, 1}}, .bare = true}},
                  .x_percent = true,
                  .x = Scale{1, 1},
                  .y = Scale{1, 1}};
  std::vector<std::vector<TableCell>> rows;
  Markup legend;
  for (const auto& [who, style, bins] : all) {
    Line line{.style = style};
    for (const ReliabilityBin& bin : bins) {
      const Estimate accuracy = measured(bin.accuracy);
      rows.push_back({cell_text(who), cell_text(percent(bin.confidence)), cell_estimate(accuracy),
                      cell_text(grouped_number(bin.answers))});
      if (!accuracy.defined()) continue;
      line.points.emplace_back(bin.confidence, accuracy.value);
      const double low = std::max(0.0, accuracy.low), high = std::min(1.0, accuracy.high);
      chart.lines.push_back({.style = std::string(style) + " thin",
                             .points = {{bin.confidence, low}, {bin.confidence, high}},
                             .bare = true});
      chart.x->low = std::min(chart.x->low, bin.confidence - 0.02);
      chart.y->low = std::min(chart.y->low, low - 0.02);
    }
    if (line.points.empty()) continue;
    chart.lines.push_back(std::move(line));
    legend += element("li", {{"class", std::string("key ") + style}}, who);
  }
  if (rows.empty()) return {};
  chart.lines.front().points.front() = {std::max(chart.x->low, chart.y->low),
                                        std::max(chart.x->low, chart.y->low)};
  return element("ul", {{"class", "legend"}}, legend) + line_chart(chart) +
         details(
             "Numbers of this plot",
             table("Answers in bins of stated probability", {"Model", "Stated", "Right", "Answers"}, rows),
             true);
}

Markup calibration(const Page& page, std::size_t index) {
  const CellJudgement& judged = page.judgement.cells[index];
  const auto lines = calibration_lines(judged);
  if (lines.empty()) return {};
  const CalibrationAudit& audit = judged.calibration;
  return element("h4", "How sure it is") + list_of(lines, "notes") +
         (index < page.options.pictures.size() ? calibration_plot(page.options.pictures[index]) : Markup()) +
         table("Stated probabilities against what came true, on test rows",
               {"Model", "Confidence − accuracy, points", "Calibration error (ECE)", "Brier score",
                "Loss, nats"},
               {certainty_row("Weak floor", audit.weak_floor),
                certainty_row("Weak-to-strong", audit.weak_to_strong),
                certainty_row("Weak-to-strong, temperature", audit.scaled),
                certainty_row("Strong ceiling", audit.strong_ceiling)});
}

Markup use(const CellJudgement& judged) {
  const auto lines = use_lines(judged);
  if (lines.empty()) return {};
  return element("h4", "Where it may answer") + list_of(lines, "notes") +
         paragraph("Area under the risk-coverage curve (mean error, surest rows first): " +
                       estimate_text(measured(judged.use.aurc)) + ".",
                   "soft");
}

Markup slices(const CellJudgement& judged) {
  if (judged.slices.empty()) return {};
  std::vector<std::vector<TableCell>> rows;
  for (const SliceReading& one : judged.slices)
    rows.push_back({cell_text(one.by + " = " + one.value), cell_text(grouped_number(one.items)),
                    cell_estimate(measured(one.gain), Unit::points), cell_text(p_text(one.p_holm)),
                    cell_text(p_text(one.p_bh)), cell_estimate(measured(one.pgr)),
                    cell_estimate(measured(one.imitation)),
                    cell_estimate(measured(one.excess_imitation), Unit::points)});
  return element("h4", "Slice by slice") +
         details("Gain and inherited errors of " + counted(std::ssize(judged.slices), "slice"),
                 table("In accuracy; p of no gain, adjusted for all slices of this cell",
                       {"Slice", "Test rows", "Gain, points", "p, Holm", "p, Benjamini-Hochberg",
                        "Gap recovered", "Imitation", "Excess imitation, points"},
                       rows));
}

Markup forecast(const CellJudgement& judged) {
  const auto lines = forecast_lines(judged);
  if (lines.empty()) return {};
  const ForecastAudit& audit = judged.forecast;
  std::vector<std::vector<TableCell>> rows;
  const std::pair<const char*, const Foretold*> both[] = {
      {"Brier score gained (squared misfit)", &audit.squared},
      {"Loss saved, nats (KL misfit)", &audit.bregman}};
  for (const auto& [what, one] : both)
    rows.push_back({cell_text(what), cell_estimate(measured(one->misfit), Unit::ratio),
                    cell_estimate(measured(one->gain), Unit::ratio_difference),
                    cell_estimate(measured(one->surplus), Unit::ratio_difference)});
  return element("h4", "Foretold without labels") +
         table("Gain foretold from how far the student moved from its supervisor, and what came",
               {"Measure", "Foretold at least", "Came", "Surplus"}, rows) +
         list_of(lines, "notes");
}

}  // namespace

Markup trust_audits(const Page& page, std::size_t index) {
  const CellJudgement& judged = page.judgement.cells[index];
  const auto power = power_lines(judged);
  const Markup tests = power.empty() ? Markup() : element("h4", "Noise and tests") + list_of(power, "notes");
  return tests + calibration(page, index) + use(judged) + slices(judged) + forecast(judged);
}

}  // namespace qinglan
