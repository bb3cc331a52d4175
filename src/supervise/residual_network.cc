#include "supervise/residual_network.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/random.h"
#include "supervise/logistic.h"

namespace qinglan {
namespace {

using Vector = std::vector<double>;

// out += matrix x, the matrix [out, in] at `offset`.
void add_product(const Vector& parameters, std::size_t offset, const Vector& x, Vector& out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) out[i] += parameters[offset + i * x.size() + j] * x[j];
}

// Of out += matrix x: the matrix' gradient from `slope` = d / d out, and into `back` d / d x.
void add_product_gradient(const Vector& parameters, std::size_t offset, const Vector& x, const Vector& slope,
                          Vector& gradient, Vector& back) {
  for (std::size_t i = 0; i < slope.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) {
      gradient[offset + i * x.size() + j] += slope[i] * x[j];
      back[j] += slope[i] * parameters[offset + i * x.size() + j];
    }
}

void add_at(Vector& sum, std::size_t offset, const Vector& values) {
  for (std::size_t i = 0; i < values.size(); ++i) sum[offset + i] += values[i];
}

Vector taken_at(const Vector& values, std::size_t offset, std::size_t count) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(offset);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

std::size_t ResidualNetwork::block_at(std::size_t block) const {
  return shape_.hidden * rows_.width() + block * 2 * shape_.hidden * (shape_.hidden + 1);
}

std::size_t ResidualNetwork::size() const { return head_at() + shape_.hidden + 1; }

std::vector<double> ResidualNetwork::start() const {
  Vector parameters(size(), 0);
  Random random(0, "trust");
  const auto fill = [&](std::size_t offset, std::size_t count, double variance) {
    for (std::size_t i = 0; i < count; ++i) parameters[offset + i] = std::sqrt(variance) * random.normal();
  };
  const std::size_t h = shape_.hidden;
  fill(0, h * rows_.width(), 1);
  for (std::size_t block = 0; block < shape_.blocks; ++block)
    fill(block_at(block), h * h, 2 / static_cast<double>(h));
  fill(head_at(), h, 1 / static_cast<double>(h));
  return parameters;
}

ResidualNetwork::Pass ResidualNetwork::forward(std::uint32_t row, const Vector& parameters) const {
  const std::size_t h = shape_.hidden;
  const std::span<const double> all(parameters);
  Pass pass;
  pass.states.emplace_back(h);
  for (std::size_t i = 0; i < h; ++i)
    pass.states[0][i] = rows_.dot(row, all.subspan(i * rows_.width(), rows_.width()));
  for (std::size_t block = 0; block < shape_.blocks; ++block) {
    const std::size_t first = block_at(block), second = first + h * (h + 1);
    Vector inner = taken_at(parameters, first + h * h, h);
    add_product(parameters, first, pass.states.back(), inner);
    for (double& value : inner) value = std::max(value, 0.0);
    Vector next = pass.states.back();
    add_at(next, 0, taken_at(parameters, second + h * h, h));
    add_product(parameters, second, inner, next);
    pass.inner.push_back(std::move(inner));
    pass.states.push_back(std::move(next));
  }
  Vector score{parameters.back()};
  add_product(parameters, head_at(), pass.states.back(), score);
  pass.score = score[0];
  return pass;
}

void ResidualNetwork::backward(std::uint32_t row, const Pass& pass, double slope, const Vector& parameters,
                               Vector& gradient) const {
  const std::size_t h = shape_.hidden;
  Vector state(h, 0);  // d / d h_(j+1), then d / d h_j
  add_product_gradient(parameters, head_at(), pass.states.back(), {slope}, gradient, state);
  gradient.back() += slope;
  for (std::size_t block = shape_.blocks; block-- > 0;) {
    const std::size_t first = block_at(block), second = first + h * (h + 1);
    Vector inner(h, 0), below = state;
    add_product_gradient(parameters, second, pass.inner[block], state, gradient, inner);
    add_at(gradient, second + h * h, state);
    for (std::size_t i = 0; i < h; ++i)
      if (pass.inner[block][i] == 0) inner[i] = 0;
    add_product_gradient(parameters, first, pass.states[block], inner, gradient, below);
    add_at(gradient, first + h * h, inner);
    state = std::move(below);
  }
  const std::span<double> all(gradient);
  for (std::size_t i = 0; i < h; ++i) rows_.add(row, state[i], all.subspan(i * rows_.width(), rows_.width()));
}

double ResidualNetwork::penalize(double l2, const Vector& parameters, Vector& gradient) const {
  const std::size_t h = shape_.hidden;
  double squares = 0;
  const auto penalized = [&](std::size_t offset, std::size_t count) {
    for (std::size_t i = offset; i < offset + count; ++i) {
      squares += parameters[i] * parameters[i];
      gradient[i] += 2 * l2 * parameters[i];
    }
  };
  for (std::size_t i = 0; i < h; ++i)
    penalized(i * rows_.width() + rows_.classes(), rows_.width() - rows_.classes());
  for (std::size_t half = 0; half < 2 * shape_.blocks; ++half)
    penalized(block_at(0) + half * h * (h + 1), h * h);
  penalized(head_at(), h);
  return l2 * squares;
}

double ResidualNetwork::score(std::uint32_t row, const Vector& parameters) const {
  return forward(row, parameters).score;
}

double ResidualNetwork::loss(const KnownAnswers& known, double l2, const Vector& parameters,
                             Vector& gradient) const {
  gradient.assign(parameters.size(), 0);
  const double equal = 1 / static_cast<double>(known.rows.size());
  double sum = 0;
  for (std::size_t i = 0; i < known.rows.size(); ++i) {
    const double share = known.shares.empty() ? equal : known.shares[i];
    const Pass pass = forward(known.rows[i], parameters);
    sum += share * binary_cross_entropy(pass.score, known.right[i]);
    backward(known.rows[i], pass, share * (logistic(pass.score) - known.right[i]), parameters, gradient);
  }
  return sum + penalize(l2, parameters, gradient);
}

}  // namespace qinglan
