#include "metrics/selective.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace qinglan {
namespace {

// Calls body(first, last, items) for each run of equal confidence, surest first; ranks first .. last-1.
template <typename Body>
void for_ties(std::span<const double> confidence, Body body) {
  std::vector<std::size_t> order(confidence.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return confidence[a] > confidence[b]; });
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && confidence[order[last]] == confidence[order[first]]) ++last;
    body(first, last, std::span<const std::size_t>(order).subspan(first, last - first));
  }
}

}  // namespace

ScoreRow risk_coverage_row(std::span<const double> confidence, std::span<const double> right) {
  QL_CHECK(confidence.size() == right.size(), "confidences and answers differ in length");
  const std::size_t n = confidence.size();
  if (n == 0) return {.undefined = "no test items"};
  std::vector<double> risk(n), inverse(n + 1), weighed(n + 1);
  double wrong = 0;
  for_ties(confidence, [&](std::size_t first, std::size_t last, std::span<const std::size_t> items) {
    double here = 0;
    for (const std::size_t i : items) here += 1 - right[i];
    for (std::size_t r = first; r < last; ++r)
      risk[r] = (wrong + here * static_cast<double>(r + 1 - first) / static_cast<double>(last - first)) /
                static_cast<double>(r + 1);
    wrong += here;
  });
  for (std::size_t r = n; r-- > 0;) {
    inverse[r] = inverse[r + 1] + 1 / static_cast<double>(r + 1);
    weighed[r] = weighed[r + 1] + risk[r] / static_cast<double>(r + 1);
  }
  ScoreRow row{.values = std::vector<double>(n)};
  for_ties(confidence, [&](std::size_t first, std::size_t last, std::span<const std::size_t> items) {
    double own = 0, rest = 0, above = 0;
    for (std::size_t r = first; r < last; ++r) own += risk[r], rest += inverse[r], above += weighed[r];
    for (const std::size_t i : items)
      row.values[i] = (own + (1 - right[i]) * rest - above) / static_cast<double>(last - first);
  });
  return row;
}

std::vector<double> surest(std::span<const double> confidence, double share) {
  QL_CHECK(share > 0 && share <= 1, "a share lies in (0, 1]");
  const double wanted = std::ceil(share * static_cast<double>(confidence.size()) - 1e-9);
  std::vector<double> weight(confidence.size());
  for_ties(confidence, [&](std::size_t first, std::size_t last, std::span<const std::size_t> items) {
    const double left = wanted - static_cast<double>(first);
    for (const std::size_t i : items)
      weight[i] = std::clamp(left / static_cast<double>(last - first), 0.0, 1.0);
  });
  return weight;
}

}  // namespace qinglan
