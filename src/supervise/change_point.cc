#include "supervise/change_point.h"

namespace qinglan {

std::optional<std::size_t> change_point(const std::vector<double>& sorted) {
  const auto n = static_cast<double>(sorted.size());
  double mean = 0;
  for (const double value : sorted) mean += value / n;
  // Of values centred on their mean the two sides' sums are s and -s, and the squares that the means explain
  // are s^2 / b + s^2 / (n - b): as much less is the cost.
  std::optional<std::size_t> best;
  double sum = 0, most = 0;
  for (std::size_t b = 1; b < sorted.size(); ++b) {
    sum += sorted[b - 1] - mean;
    if (sorted[b] == sorted[b - 1]) continue;
    const auto below = static_cast<double>(b);
    const double explained = sum * sum * (1 / below + 1 / (n - below));
    if (!best || explained > most) best = b, most = explained;
  }
  return best;
}

}  // namespace qinglan
