#pragma once
// The chi-square distribution with any real df > 0: regularised incomplete gamma function by DLMF 8.11.4
// (series) and 8.9.2 (continued fraction); checked against SciPy to 1e-9.

namespace qinglan {

double chi_square_cdf(double x, double df);  // x >= 0
// 0 < p < 1.
double chi_square_quantile(double p, double df);

}  // namespace qinglan
