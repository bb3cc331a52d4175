#include "report/html_curves.h"

#include <map>
#include <set>
#include <span>

#include "report/number.h"
#include "report/wording.h"

namespace qinglan {
namespace {

struct Curve {
  std::string kind, style;
  std::uint64_t seed;
  int dash;
  std::vector<CurvePoint> points;
};

// At most `most` points, evenly spaced, the first and the last among them; evaluated checkpoints are always
// kept.
std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& points, std::size_t most) {
  if (points.size() <= most) return points;
  std::set<std::size_t> kept;
  for (std::size_t i = 0; i < most; ++i) kept.insert(i * (points.size() - 1) / (most - 1));
  std::vector<CurvePoint> few;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (kept.contains(i) || points[i].test_accuracy || points[i].agreement) few.push_back(points[i]);
  return few;
}

std::vector<Curve> curves_of(const Page& page, const Cell& cell) {
  std::vector<Curve> curves;
  const auto add = [&](const std::string& name, const char* style, const SeedRun& run, int dash) {
    const auto it = page.record.series.find(name);
    if (it == page.record.series.end() || it->second.curve.empty()) return;
    curves.push_back({kind_words(it->second.kind), style, run.seed, dash,
                      thinned(it->second.curve, page.crowded() ? 6
                                                : page.folds() ? 12
                                                               : 40)});
  };
  for (std::size_t s = 0; s < cell.seeds.size(); ++s)
    add(cell.seeds[s].weak_to_strong, "strong", cell.seeds[s], static_cast<int>(s));
  for (std::size_t s = 0; s < cell.seeds.size(); ++s)
    add(cell.seeds[s].strong_ceiling, "ceiling", cell.seeds[s], static_cast<int>(s));
  return curves;
}

using Reading = std::optional<double> (*)(const CurvePoint&);

Markup chart_of(const std::vector<Curve>& curves, const std::string& name, bool is_percent, Reading reading) {
  LineChart chart{
      .title = name, .x_name = "step", .y_name = name, .y_percent = is_percent, .dots = is_percent};
  for (const Curve& curve : curves) {
    Line line{.style = curve.style, .dash = curve.dash};
    for (const CurvePoint& point : curve.points)
      if (const auto value = reading(point))
        line.points.emplace_back(static_cast<double>(point.step), *value);
    if (line.points.empty()) continue;
    const double last = line.points.back().second;
    chart.description += curve.kind + ", seed " + std::to_string(curve.seed) + ", ends at " +
                         (is_percent ? percent(last) : fixed(last, 4)) + ". ";
    chart.lines.push_back(std::move(line));
  }
  return line_chart(chart);
}

Markup legend_of(const std::vector<Curve>& curves) {
  Markup items;
  for (const Curve& curve : curves) {
    const Markup sample =
        element("svg", {{"width", "30"}, {"height", "8"}, {"aria-hidden", "true"}},
                leaf("path", {{"class", "curve " + curve.style + " dash" + std::to_string(curve.dash % 4)},
                              {"d", "M1 4L29 4"}}));
    items += element("li", sample + words(curve.kind + ", seed " + std::to_string(curve.seed)));
  }
  return element("ul", {{"class", "legend"}}, items);
}

Markup numbers_of(const std::vector<Curve>& curves, bool last_alone) {
  std::vector<std::vector<TableCell>> rows;
  for (const Curve& curve : curves)
    for (const CurvePoint& point : std::span(curve.points).last(last_alone ? 1 : curve.points.size()))
      rows.push_back({cell_text(curve.kind + ", seed " + std::to_string(curve.seed)),
                      cell_text(grouped_number(point.step)), cell_text(fixed(point.epoch, 2)),
                      cell_text(fixed(point.train_loss, 4)),
                      cell_text(point.test_accuracy ? percent(*point.test_accuracy) : "not evaluated"),
                      cell_text(point.agreement ? percent(*point.agreement) : "not evaluated")});
  return table("Points of the curves; loss in nats against the labels trained on",
               {"Series", "Step", "Epoch", "Training loss", "Test accuracy", "Agreement with supervisor"},
               rows);
}

}  // namespace

Markup learning_curves(const Page& page, const Cell& cell) {
  const auto curves = curves_of(page, cell);
  if (curves.empty()) return {};
  const Markup charts = chart_of(curves, "Training loss (nats), each against its own labels", false,
                                 [](const CurvePoint& p) { return std::optional<double>(p.train_loss); }) +
                        chart_of(curves, "Test accuracy of checkpoints", true,
                                 [](const CurvePoint& p) { return p.test_accuracy; }) +
                        chart_of(curves, "Agreement with the supervisor on test rows", true,
                                 [](const CurvePoint& p) { return p.agreement; });
  return legend_of(curves) + element("div", {{"class", "curves"}}, charts) +
         details("Numbers of these curves", numbers_of(curves, page.crowded()), true);
}

}  // namespace qinglan
