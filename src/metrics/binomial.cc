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

double mcnemar_p(std::int64_t first, std::int64_t second) {
  return std::min(1.0, 2 * binomial_cdf(std::min(first, second), first + second, 0.5));
}

}  // namespace qinglan
