#pragma once
// A curve as a few lines of text, for terminals and documents.

#include <string>
#include <vector>

namespace qinglan {

// One column a value, `rows` lines of block characters; the line of `high` is named at the top left, 0 at the
// bottom left. Values outside [0, high] are drawn at the edge. `high` > 0.
std::string text_plot(const std::vector<double>& values, double high, int rows);

}  // namespace qinglan
