#include "report/svg.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/number.h"

namespace qinglan {
namespace {

constexpr double kMiddle = 14;  // of a strip's 28 px

std::string at_percent(double place) { return fixed(place, 2) + "%"; }

Markup vertical(double place, double top, double bottom, const std::string& style) {
  return leaf("line", {{"class", style},
                       {"x1", at_percent(place)},
                       {"x2", at_percent(place)},
                       {"y1", fixed(top, 1)},
                       {"y2", fixed(bottom, 1)}});
}

Markup spoken(const std::string& title, const std::string& description) {
  Markup markup = element("title", title);
  if (!description.empty()) markup += element("desc", description);
  return markup;
}

Markup whisker(const Scale& scale, const Strip& strip) {
  const double low = scale.place(strip.low), high = scale.place(strip.high);
  Markup marks = leaf("line", {{"class", "whisker"},
                               {"x1", at_percent(low)},
                               {"x2", at_percent(high)},
                               {"y1", fixed(kMiddle, 1)},
                               {"y2", fixed(kMiddle, 1)}});
  // An end beyond the scale gets no cap: the interval goes on.
  if (strip.low >= scale.low) marks += vertical(low, kMiddle - 5, kMiddle + 5, "whisker");
  if (strip.high <= scale.high) marks += vertical(high, kMiddle - 5, kMiddle + 5, "whisker");
  return marks;
}

struct Bounds {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(double v) {
    if (!std::isfinite(v)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  bool empty() const { return low > high; }
};

std::string tick_text(double value, double step, bool is_percent) {
  if (is_percent) return fixed(100 * value, step < 0.00999 ? 1 : 0) + "%";
  const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  return fixed(value, std::clamp(decimals, 0, 8));
}

Markup plot_lines(const LineChart& chart, const Scale& x, const Scale& y, const std::vector<double>& ticks) {
  Markup marks;
  for (const double tick : ticks) {
    const std::string height = fixed(1000 - 10 * y.place(tick), 1);
    marks += leaf("line", {{"class", "grid"}, {"x1", "0"}, {"x2", "1000"}, {"y1", height}, {"y2", height}});
  }
  for (const Line& line : chart.lines) {
    std::string path, dots;
    for (const auto& [px, py] : line.points) {
      if (!std::isfinite(py)) continue;
      const std::string place = fixed(10 * x.place(px), 1) + " " + fixed(1000 - 10 * y.place(py), 1);
      path += (path.empty() ? "M" : "L") + place;
      dots += "M" + place + "h0";
    }
    if (path.empty()) continue;
    const std::string style = line.style + " dash" + std::to_string(line.dash % 4);
    marks += leaf("path", {{"class", "curve " + style}, {"d", path}});
    if (!line.bare && (chart.dots || line.points.size() == 1))
      marks += leaf("path", {{"class", "dots " + line.style}, {"d", dots}});
  }
  return marks;
}

}  // namespace

double Scale::place(double value) const {
  const double place = 100 * (value - low) / (high - low);
  return std::isfinite(place) ? std::clamp(place, 0.0, 100.0) : 0;
}

Markup strip_svg(const Scale& scale, const Strip& strip) {
  Markup marks = spoken(strip.title, strip.description);
  marks += leaf("rect", {{"class", "track"},
                         {"x", "0"},
                         {"y", fixed(kMiddle - 7, 1)},
                         {"width", "100%"},
                         {"height", "14"},
                         {"rx", "3"}});
  if (strip.value && strip.bar) {
    const double from = scale.place(std::min(strip.base, *strip.value));
    const double to = scale.place(std::max(strip.base, *strip.value));
    marks += leaf("rect", {{"class", "bar " + strip.style},
                           {"x", at_percent(from)},
                           {"y", fixed(kMiddle - 7, 1)},
                           {"width", at_percent(to - from)},
                           {"height", "14"},
                           {"rx", "3"}});
  }
  for (const Guide& guide : strip.guides)
    if (guide.at >= scale.low && guide.at <= scale.high)
      marks += vertical(scale.place(guide.at), 0, 2 * kMiddle, "guide " + guide.style);
  if (strip.value) {
    marks += whisker(scale, strip);
    if (!strip.bar && *strip.value >= scale.low && *strip.value <= scale.high)
      marks += leaf("circle", {{"class", "dot " + strip.style},
                               {"cx", at_percent(scale.place(*strip.value))},
                               {"cy", fixed(kMiddle, 1)},
                               {"r", "5"}});
  }
  return element("svg", {{"class", "strip"}, {"role", "img"}, {"width", "100%"}, {"height", "28"}}, marks);
}

Markup axis_svg(const Scale& scale, const std::vector<std::pair<double, std::string>>& ticks) {
  Markup marks;
  for (const auto& [value, label] : ticks) {
    const double place = scale.place(value);
    marks += element("text",
                     {{"class", place < 4    ? "tick first"
                                : place > 96 ? "tick last"
                                             : "tick"},
                      {"x", at_percent(place)},
                      {"y", "12"}},
                     label);
  }
  return element("svg", {{"class", "axis"}, {"aria-hidden", "true"}, {"width", "100%"}, {"height", "16"}},
                 marks);
}

std::vector<double> round_ticks(double low, double high, int most) {
  if (!(high > low) || most < 1) return {low};
  const double rough = (high - low) / most;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    ticks.push_back(k * step);
  return ticks;
}

Markup line_chart(const LineChart& chart) {
  Bounds xs, ys;
  for (const Line& line : chart.lines)
    for (const auto& [px, py] : line.points)
      if (std::isfinite(py)) xs.add(px), ys.add(py);
  if (xs.empty()) return {};
  if (xs.high == xs.low) xs.high = xs.low + 1;
  const double margin =
      ys.high > ys.low ? 0.06 * (ys.high - ys.low) : std::max(0.01, 0.05 * std::abs(ys.high));
  const Scale x = chart.x.value_or(Scale{xs.low, xs.high}),
              y = chart.y.value_or(Scale{ys.low - margin, ys.high + margin});
  const auto y_ticks = round_ticks(y.low, y.high, 4);
  const double step = y_ticks.size() > 1 ? y_ticks[1] - y_ticks[0] : 0.01;
  Markup labels;
  for (const double tick : y_ticks)
    labels += element("span", {{"style", "top:" + at_percent(100 - y.place(tick))}},
                      tick_text(tick, step, chart.y_percent));
  const auto x_ticks = round_ticks(x.low, x.high, 4);
  const double x_step = x_ticks.size() > 1 ? x_ticks[1] - x_ticks[0] : 1;
  std::vector<std::pair<double, std::string>> x_labels;
  for (const double tick : x_ticks) x_labels.emplace_back(tick, tick_text(tick, x_step, chart.x_percent));
  const Markup plot = element(
      "svg",
      {{"class", "plot"}, {"role", "img"}, {"viewBox", "0 0 1000 1000"}, {"preserveAspectRatio", "none"}},
      spoken(chart.title, chart.description) + plot_lines(chart, x, y, y_ticks));
  return element(
      "figure", {{"class", "line-chart"}},
      element("figcaption", chart.y_name) +
          element("div", {{"class", "plot-y"}, {"aria-hidden", "true"}}, labels) + plot +
          element("div", {{"class", "plot-x"}}, axis_svg(x, x_labels) + element("span", chart.x_name)));
}

Markup brand_svg() {
  return element("svg",
                 {{"class", "brand"},
                  {"viewBox", "0 0 40 40"},
                  {"width", "40"},
                  {"height", "40"},
                  {"aria-hidden", "true"}},
                 leaf("circle", {{"class", "brand-teacher"}, {"cx", "12"}, {"cy", "28"}, {"r", "9"}}) +
                     leaf("circle", {{"class", "brand-student"}, {"cx", "25"}, {"cy", "16"}, {"r", "13"}}));
}

}  // namespace qinglan
