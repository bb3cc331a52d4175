#include "metrics/chi_square.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr int kMostTerms = 100000;

// P(a, x) for x < a + 1.
double lower_by_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (int n = 1; n < kMostTerms && term > sum * 1e-17; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * std::exp(a * std::log(x) - x - std::lgamma(a));
}

// Q(a, x) for x >= a + 1, by Lentz's method.
double upper_by_fraction(double a, double x) {
  const double tiny = std::numeric_limits<double>::min() / std::numeric_limits<double>::epsilon();
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double step = -n * (n - a);
    b += 2;
    d = step * d + b;
    c = b + step / c;
    if (std::fabs(d) < tiny) d = tiny;
    if (std::fabs(c) < tiny) c = tiny;
    d = 1 / d;
    fraction *= c * d;
    if (std::fabs(c * d - 1) < 1e-16) break;
  }
  return fraction * std::exp(a * std::log(x) - x - std::lgamma(a));
}

}  // namespace

double chi_square_cdf(double x, double df) {
  QL_CHECK(df > 0 && x >= 0, "chi-square needs df > 0 and x >= 0");
  if (x == 0) return 0;
  const double a = df / 2, half = x / 2;
  return half < a + 1 ? lower_by_series(a, half) : 1 - upper_by_fraction(a, half);
}

double chi_square_quantile(double p, double df) {
  QL_CHECK(p > 0 && p < 1, "a quantile needs 0 < p < 1");
  double low = -700, high = std::log(df + 1) + 1;  // of log x
  while (chi_square_cdf(std::exp(high), df) < p) high += 1;
  for (int k = 0; k < 200; ++k) {
    const double middle = (low + high) / 2;
    if (middle == low || middle == high) break;
    (chi_square_cdf(std::exp(middle), df) < p ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

}  // namespace qinglan
