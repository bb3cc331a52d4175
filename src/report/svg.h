#pragma once
// Charts as inline SVG that stretch with the page while their text keeps its size: positions are in percent,
// words and numbers stand beside them in HTML. Colours come from the classes of style.h.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/markup.h"

namespace qinglan {

struct Scale {
  double low = 0, high = 1;
  double place(double value) const;  // 0..100, clamped; 0 for what is not finite
};

struct Guide {  // a vertical line through a strip
  double at = 0;
  std::string style;  // class: "chance", "floor", "ceiling", "threshold", "zero"
};

struct Strip {                     // one estimate on a horizontal scale
  std::string title, description;  // for those who cannot see it
  std::string style;               // class of the mark: "floor", "strong", "ceiling", "control"
  bool bar = false;                // from `base` to value; else a dot alone
  double base = 0;
  std::optional<double> value;  // nothing: an empty track
  double low = 0, high = 0;
  std::vector<Guide> guides;
};
Markup strip_svg(const Scale& scale, const Strip& strip);
// Tick labels under strips.
Markup axis_svg(const Scale& scale, const std::vector<std::pair<double, std::string>>& ticks);

struct Line {
  std::string style;  // class: "strong", "ceiling", "floor"
  int dash = 0;       // 0 is solid; seeds differ by it
  std::vector<std::pair<double, double>> points;
  bool bare = false;  // without dots
};
struct LineChart {
  std::string title, description;
  std::string x_name, y_name;
  bool y_percent = false;
  bool dots = false;
  std::vector<Line> lines;
  bool x_percent = false;
  std::optional<Scale> x{}, y{};  // nothing: as the points ask for
};
// A figure: y labels, plot, x labels. Nothing where no line has a point.
Markup line_chart(const LineChart& chart);

// Round values in [low, high], at most `most` of them.
std::vector<double> round_ticks(double low, double high, int most);

// The sign of the project: a small teal disc and the larger indigo one that rises from it.
Markup brand_svg();

}  // namespace qinglan
