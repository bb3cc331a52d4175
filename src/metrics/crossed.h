#pragma once
// The interval of a mean over seeds x items, both random:
// A = var(row means)/S, B = var(column means)/n, R = var(residual)/(S n) with divisor (S-1)(n-1);
// V = max(A+B-R, A, B); df = V^2/(A^2/(S-1) + B^2/(n-1)) (Satterthwaite); mean +- t_df sqrt(V).

#include <string>

#include "metrics/estimate.h"
#include "metrics/seed_matrix.h"

namespace qinglan {

inline constexpr double kLevel = 0.95;

struct Spread {  // a variance and the degrees of freedom it is known with
  double variance = 0, df = 1;
};

struct CrossedParts {  // variances of the mean, or covariances of two means
  double a = 0, b = 0, r = 0;

  Spread spread(double seeds, double columns) const;
  // The same at other numbers of seeds and items.
  CrossedParts scaled(double seeds_ratio, double columns_ratio) const;
};

// Why a matrix has no interval; empty when it has one (needs S >= 2 and n >= 2).
std::string no_interval(const SeedMatrix& matrix);

// Covariance parts of two matrices of equal shape (variance parts where they are the same one). S, n >= 2;
// O(S n).
CrossedParts crossed_parts(const SeedMatrix& x, const SeedMatrix& y);

// t_df sqrt(V) at level 95%.
double half_width(const Spread& spread);

// `items` of the result is n, the number of columns.
Estimate crossed_interval(const SeedMatrix& matrix);

// P(a t_df at least as far from 0 as mean / sqrt(V)): below .05 where the interval is off 0. Of a matrix that
// has an interval; 1 where the mean is 0, 0 where nothing varies beside it.
double two_sided_p(const SeedMatrix& matrix);

}  // namespace qinglan
