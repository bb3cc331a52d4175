#pragma once
// A scatter chart of cells, as inline SVG: two estimates a cell, its verdict's sign at their middle.

#include <string>
#include <vector>

#include "metrics/estimate.h"
#include "report/markup.h"

namespace qinglan {

struct ScatterDot {
  std::size_t cell = 0;
  std::string style, mark;  // class of its colour, sign inside
  std::string name, what;   // of the cell; its numbers
  Estimate x, y;            // both defined
};

struct ScatterChart {
  std::string title, x_name, y_name;
  double x_factor = 1;  // tick labels of x are so many times its values
  std::vector<ScatterDot> dots;
};

// y is a share: shown from -50% to 150% at the least, never beyond -100% and 200%; a dot further out stands
// at the edge. Intervals of many cells show when a dot is pointed at.
Markup scatter_chart(const ScatterChart& chart);

}  // namespace qinglan
