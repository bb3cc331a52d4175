#include "supervise/softmax_regression.h"

#include <algorithm>
#include <cmath>

namespace qinglan {
namespace {

double log_sum_exp(const std::vector<double>& logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double value : logits) sum += std::exp(value - top);
  return top + std::log(sum);
}

}  // namespace

void row_logits(const SparseRows& rows, std::size_t row, const std::vector<double>& weights,
                std::size_t features, std::vector<double>& logits) {
  const std::size_t classes = logits.size();
  std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(features * classes), classes, logits.begin());
  for (std::size_t i = rows.starts[row]; i < rows.starts[row + 1]; ++i) {
    const double* w = &weights[rows.columns[i] * classes];
    for (std::size_t k = 0; k < classes; ++k) logits[k] += rows.values[i] * w[k];
  }
}

double SoftmaxRegression::operator()(const std::vector<double>& weights,
                                     std::vector<double>& gradient) const {
  const auto n = static_cast<double>(rows.size());
  gradient.assign(size(), 0);
  double loss = 0, squares = 0;
  std::vector<double> logits(classes);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    row_logits(rows, row, weights, features, logits);
    const double norm = log_sum_exp(logits), weight = share(row);
    for (std::size_t k = 0; k < classes; ++k) {
      const double target = p[row * classes + k];
      loss -= weight * target * (logits[k] - norm);
      logits[k] = weight * (std::exp(logits[k] - norm) - target) / n;  // targets sum to 1
      gradient[features * classes + k] += logits[k];
    }
    for (std::size_t i = rows.starts[row]; i < rows.starts[row + 1]; ++i) {
      double* g = &gradient[rows.columns[i] * classes];
      for (std::size_t k = 0; k < classes; ++k) g[k] += rows.values[i] * logits[k];
    }
  }
  for (std::size_t i = 0; i < features * classes; ++i) {
    squares += weights[i] * weights[i];
    gradient[i] += l2 / n * weights[i];
  }
  return loss / n + l2 / (2 * n) * squares;
}

double SoftmaxRegression::cross_entropy(const std::vector<double>& weights) const {
  double loss = 0;
  std::vector<double> logits(classes);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    row_logits(rows, row, weights, features, logits);
    const double norm = log_sum_exp(logits), weight = share(row);
    for (std::size_t k = 0; k < classes; ++k) loss -= weight * p[row * classes + k] * (logits[k] - norm);
  }
  return loss / static_cast<double>(rows.size());
}

}  // namespace qinglan
