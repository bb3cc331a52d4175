#include "metrics/binomial.h"

#include <algorithm>

#include "base/error.h"
#include "metrics/student_t.h"

namespace qinglan {

double binomial_cdf(std::int64_t successes, std::int64_t trials, double p) {
  QL_CHECK(trials >= 0 && p >= 0 && p <= 1, "no binomial distribution");
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return incomplete_beta(static_cast<double>(trials - successes), static_cast<double>(successes) + 1, 1 - p,
                         p);
}

namespace {

// Where a condition that holds from some probability on begins to.
template <typename Condition>
double first_probability(Condition holds) {
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

Bounds binomial_bounds(std::int64_t successes, std::int64_t trials) {
  QL_CHECK(trials >= 1 && successes >= 0 && successes <= trials, "no share");
  constexpr double kTail = 0.025;
  Bounds bounds{0, 1};
  if (successes > 0)
    bounds.low =
        first_probability([&](double p) { return 1 - binomial_cdf(successes - 1, trials, p) >= kTail; });
  if (successes < trials)
    bounds.high = first_probability([&](double p) { return binomial_cdf(successes, trials, p) <= kTail; });
  return bounds;
}

double mcnemar_p(std::int64_t first, std::int64_t second) {
  return std::min(1.0, 2 * binomial_cdf(std::min(first, second), first + second, 0.5));
}

}  // namespace qinglan
