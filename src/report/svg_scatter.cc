#include "report/svg_scatter.h"

#include <algorithm>

#include "report/html_parts.h"

namespace qinglan {
namespace {

constexpr std::size_t kMany = 40;  // dots, from which on they are small and without whiskers

std::string at(double place) { return fixed(place, 2) + "%"; }

Markup line(const char* style, double x1, double y1, double x2, double y2) {
  return leaf("line", {{"class", style}, {"x1", at(x1)}, {"y1", at(y1)}, {"x2", at(x2)}, {"y2", at(y2)}});
}

struct Axes {
  Scale x, y;
  double across(double value) const { return x.place(value); }
  double down(double value) const { return 100 - y.place(value); }
};

Axes axes_of(const ScatterChart& chart) {
  Scale x{0, 0.01}, y{-0.5, 1.5};
  for (const ScatterDot& dot : chart.dots) {
    x.low = std::min(x.low, dot.x.low), x.high = std::max(x.high, dot.x.high);
    y.low = std::max(-1.0, std::min(y.low, dot.y.value - 0.1));
    y.high = std::min(2.0, std::max(y.high, dot.y.value + 0.1));
  }
  const double margin = 0.03 * (x.high - x.low);
  return {{x.low - margin, x.high + margin}, y};
}

Markup drawn(const ScatterDot& dot, const Axes& axes, bool many) {
  const double x = axes.across(dot.x.value), y = axes.down(dot.y.value);
  Markup body = element("title", text(dot.name) + text(": ") + words(dot.what));
  body += line("whisker", axes.across(dot.x.low), y, axes.across(dot.x.high), y) +
          line("whisker", x, axes.down(dot.y.low), x, axes.down(dot.y.high)) +
          leaf("circle", {{"class", "spot"}, {"cx", at(x)}, {"cy", at(y)}, {"r", many ? "5" : "9"}});
  if (!many)
    body += element("text", {{"class", "sign"}, {"x", at(x)}, {"y", at(y)}, {"dy", "4"}}, text(dot.mark));
  // The table of cells has the same links for the keyboard.
  return element(
      "a",
      {{"href", "#" + cell_anchor(dot.cell)}, {"tabindex", "-1"}, {"class", dot.style}, of_cell(dot.cell)},
      body);
}

}  // namespace

Markup scatter_chart(const ScatterChart& chart) {
  const Axes axes = axes_of(chart);
  Markup marks = element("title", chart.title) +
                 element("desc", counted(static_cast<std::int64_t>(chart.dots.size()), "cell") +
                                     "; the same numbers stand in the table of cells");
  Markup y_labels;
  std::vector<std::pair<double, std::string>> x_labels;
  for (const double tick : round_ticks(axes.y.low, axes.y.high, 5)) {
    marks += line("grid", 0, axes.down(tick), 100, axes.down(tick));
    y_labels += element("span", {{"style", "top:" + at(axes.down(tick))}}, text(fixed(100 * tick, 0) + "%"));
  }
  marks += line("guide floor", 0, axes.down(0), 100, axes.down(0)) +
           line("guide threshold", 0, axes.down(0.8), 100, axes.down(0.8)) +
           line("guide ceiling", 0, axes.down(1), 100, axes.down(1));
  for (const double tick : round_ticks(axes.x.low, axes.x.high, 5)) {
    marks += line("grid", axes.across(tick), 0, axes.across(tick), 100);
    x_labels.emplace_back(tick, fixed(chart.x_factor * tick, chart.x_factor > 1 ? 0 : 2));
  }
  const bool many = chart.dots.size() > kMany;
  for (const ScatterDot& dot : chart.dots) marks += drawn(dot, axes, many);
  return element(
      "figure", {{"class", "line-chart"}},
      element("figcaption", chart.y_name) +
          element("div", {{"class", "plot-y"}, {"aria-hidden", "true"}}, y_labels) +
          element("svg",
                  {{"class", many ? "scatter many" : "scatter"},
                   {"role", "img"},
                   {"width", "100%"},
                   {"height", "320"}},
                  marks) +
          element("div", {{"class", "plot-x"}}, axis_svg(axes.x, x_labels) + element("span", chart.x_name)));
}

}  // namespace qinglan
