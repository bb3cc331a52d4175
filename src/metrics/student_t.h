#pragma once
// Student's t distribution with any real df > 0 (Satterthwaite's df are not whole numbers).
// CDF by the regularised incomplete beta function, DLMF 8.17.22 (continued fraction); checked against SciPy
// to 1e-10.

namespace qinglan {

// I_x(a, b); a, b > 0, 0 <= x <= 1. `y` is 1 - x, given apart so that neither end loses digits.
double incomplete_beta(double a, double b, double x, double y);

double student_t_cdf(double t, double df);
// 0 < p < 1.
double student_t_quantile(double p, double df);

}  // namespace qinglan
