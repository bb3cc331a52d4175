#include "metrics/confidence_sequence.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {

Sequence confidence_sequence(std::span<const double> values, double alpha) {
  QL_CHECK(alpha > 0 && alpha < 1, "a level lies between 0 and 1");
  constexpr double kMostBet = 0.5;
  const double doubt = std::log(2 / alpha);
  Sequence made;
  double sum = 0, scatter = 0, mean_before = 0.5, variance_before = 0.25;
  double bets = 0, weighed = 0, cost = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    QL_CHECK(std::fabs(values[i]) <= 1, "values lie in [-1, 1]");
    const double x = (values[i] + 1) / 2, t = static_cast<double>(i + 1);
    const double bet = std::min(kMostBet, std::sqrt(2 * doubt / (variance_before * t * std::log(t + 1))));
    bets += bet;
    weighed += bet * x;
    cost += 4 * (x - mean_before) * (x - mean_before) * (-std::log1p(-bet) - bet) / 4;
    const double half = (doubt + cost) / bets;
    made.low = std::max(made.low, 2 * (weighed / bets - half) - 1);
    made.high = std::min(made.high, 2 * (weighed / bets + half) - 1);
    if (made.decided_at == 0 && (made.low > 0 || made.high < 0)) made.decided_at = i + 1;
    sum += x;
    mean_before = (0.5 + sum) / (t + 1);
    scatter += (x - mean_before) * (x - mean_before);
    variance_before = (0.25 + scatter) / (t + 1);
  }
  return made;
}

}  // namespace qinglan
