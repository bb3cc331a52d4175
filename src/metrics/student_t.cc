#include "metrics/student_t.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kMaxTerms = 100000;  // about sqrt(max(a, b)) are needed

// The continued fraction of DLMF 8.17.22, by Lentz's method; converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  const double tiny = std::numeric_limits<double>::min() / std::numeric_limits<double>::epsilon();
  const auto safe = [tiny](double value) { return std::fabs(value) < tiny ? tiny : value; };
  double c = 1, d = 1 / safe(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMaxTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    fraction *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    fraction *= c * d;
    if (std::fabs(c * d - 1) < 1e-15) break;
  }
  return fraction;
}

double density(double t, double df) {
  return std::exp(std::lgamma((df + 1) / 2) - std::lgamma(df / 2) - (df + 1) / 2 * std::log1p(t * t / df)) /
         std::sqrt(df * kPi);
}

}  // namespace

double incomplete_beta(double a, double b, double x, double y) {
  QL_CHECK(a > 0 && b > 0 && x >= 0 && y >= 0, "incomplete beta out of its domain");
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log(y));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, y) / b;
}

double student_t_cdf(double t, double df) {
  QL_CHECK(df > 0, "Student's t needs df > 0");
  const double square = t * t;
  const double tail =
      std::isinf(square) ? 0 : incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square));
  return t > 0 ? 1 - tail / 2 : tail / 2;
}

double student_t_quantile(double p, double df) {
  QL_CHECK(p > 0 && p < 1, "a quantile needs 0 < p < 1");
  if (p < 0.5) return -student_t_quantile(1 - p, df);
  if (p == 0.5) return 0;
  double low = 0, high = 2;
  while (student_t_cdf(high, df) < p) low = high, high *= 2;
  double t = (low + high) / 2;
  for (int i = 0; i < 200 && high - low > 1e-15 * high;
       ++i) {  // Newton's step where it stays inside the bracket
    const double excess = student_t_cdf(t, df) - p;
    (excess < 0 ? low : high) = t;
    const double next = t - excess / density(t, df);
    if (std::fabs(next - t) < 1e-14 * t) return next;
    t = next > low && next < high ? next : (low + high) / 2;
  }
  return t;
}

}  // namespace qinglan
