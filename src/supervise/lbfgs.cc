#include "supervise/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "base/error.h"

namespace qinglan {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void add_scaled(Vector& a, double scale, const Vector& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += scale * b[i];
}

double largest(const Vector& a) {
  double top = 0;
  for (const double value : a) top = std::max(top, std::abs(value));
  return top;
}

struct Pair {
  Vector step, change;  // of x and of the gradient
  double rho;           // 1 / (step . change)
};

Vector descent_direction(const Vector& gradient, const std::deque<Pair>& pairs) {
  Vector direction = gradient;
  Vector alpha(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = pairs[i].rho * dot(pairs[i].step, direction);
    add_scaled(direction, -alpha[i], pairs[i].change);
  }
  const double scale = pairs.empty() ? 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)))
                                     : 1 / (pairs.back().rho * dot(pairs.back().change, pairs.back().change));
  for (double& value : direction) value *= scale;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    add_scaled(direction, alpha[i] - pairs[i].rho * dot(pairs[i].change, direction), pairs[i].step);
  for (double& value : direction) value = -value;
  return direction;
}

struct Point {
  Vector x, gradient;
  double value = 0;
};

// The next point along `direction`, or false when no step improves.
bool search(const SmoothFunction& objective, const Point& from, const Vector& direction, Point& next) {
  constexpr double kDecrease = 1e-4, kCurvature = 0.9;
  const double slope = dot(from.gradient, direction);
  if (!(slope < 0)) return false;
  double low = 0, high = std::numeric_limits<double>::infinity(), t = 1;
  for (int tries = 0; tries < 60; ++tries) {
    next.x = from.x;
    add_scaled(next.x, t, direction);
    next.value = objective(next.x, next.gradient);
    if (!(next.value <= from.value + kDecrease * t * slope)) {
      high = t;
    } else if (dot(next.gradient, direction) < kCurvature * slope) {
      low = t;
    } else {
      return true;
    }
    t = std::isinf(high) ? 2 * low : (low + high) / 2;
  }
  return false;
}

}  // namespace

LbfgsResult minimize_lbfgs(const SmoothFunction& objective, std::vector<double> start,
                           const LbfgsConfig& config) {
  Point at{std::move(start), {}, 0};
  at.gradient.resize(at.x.size());
  at.value = objective(at.x, at.gradient);
  if (!std::isfinite(at.value))
    throw Error(ErrorKind::diverged, "the objective is not finite where the search starts");
  Point next = at;
  std::deque<Pair> pairs;
  LbfgsResult result;
  while (!(result.converged = largest(at.gradient) <= config.tolerance) &&
         result.iterations < config.max_iterations) {
    if (!search(objective, at, descent_direction(at.gradient, pairs), next)) {
      if (pairs.empty()) break;
      pairs.clear();  // once more along the gradient itself
      continue;
    }
    Pair pair{next.x, next.gradient, 0};
    add_scaled(pair.step, -1, at.x);
    add_scaled(pair.change, -1, at.gradient);
    const double curvature = dot(pair.step, pair.change);
    if (curvature > 0) {
      pair.rho = 1 / curvature;
      pairs.push_back(std::move(pair));
      if (pairs.size() > static_cast<std::size_t>(config.memory)) pairs.pop_front();
    }
    std::swap(at, next);
    ++result.iterations;
  }
  result.x = std::move(at.x);
  result.value = at.value;
  return result;
}

}  // namespace qinglan
