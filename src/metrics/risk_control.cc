#include "metrics/risk_control.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "base/error.h"
#include "metrics/binomial.h"

namespace qinglan {
namespace {

constexpr int kSteps = 20;

}  // namespace

std::optional<double> certified_threshold(std::span<const double> confidence, std::span<const double> right,
                                          double risk, double doubt) {
  QL_CHECK(confidence.size() == right.size(), "confidences and answers differ in length");
  QL_CHECK(risk > 0 && risk < 1 && doubt > 0 && doubt < 1, "a risk and a doubt lie between 0 and 1");
  const std::size_t rows = confidence.size();
  std::vector<double> sorted(confidence.begin(), confidence.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  std::optional<double> certified;
  for (int step = 1; step <= kSteps && rows > 0; ++step) {
    const auto wanted = static_cast<std::size_t>(std::ceil(static_cast<double>(rows) * step / kSteps - 1e-9));
    const double threshold = sorted[std::max<std::size_t>(wanted, 1) - 1];
    std::int64_t answered = 0, wrong = 0;
    for (std::size_t i = 0; i < rows; ++i)
      if (confidence[i] >= threshold) ++answered, wrong += right[i] < 1;
    if (binomial_cdf(0, answered, risk) > doubt) continue;
    if (binomial_cdf(wrong, answered, risk) > doubt) break;
    certified = threshold;
  }
  return certified;
}

}  // namespace qinglan
