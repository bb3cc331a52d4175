#include "report/text_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace qinglan {
namespace {

constexpr int kParts = 8;  // of a line, the least step that is drawn
constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::string label(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%6.4g ", value);
  return text;
}

}  // namespace

std::string text_plot(const std::vector<double>& values, double high, int rows) {
  const std::string none(label(0).size(), ' ');
  std::string plot;
  for (int row = rows - 1; row >= 0; --row) {
    std::string line = row == rows - 1 ? label(high) : row == 0 ? label(0) : none;
    for (const double value : values) {
      const auto parts = std::lround(std::clamp(value / high, 0.0, 1.0) * rows * kParts);
      line += kBlocks[std::clamp<long>(parts - row * kParts, 0, kParts)];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    plot += line + "\n";
  }
  return plot;
}

}  // namespace qinglan
