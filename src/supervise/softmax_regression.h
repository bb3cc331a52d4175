#pragma once
// Multinomial logistic regression on sparse rows with soft targets: its objective and gradient in fp64.

#include <cstdint>
#include <vector>

namespace qinglan {

struct SparseRows {
  std::vector<std::size_t> starts{0};  // of each row, and the end of the last
  std::vector<std::uint32_t> columns;
  std::vector<double> values;

  std::size_t size() const { return starts.size() - 1; }
};

struct SoftmaxRegression {
  const SparseRows& rows;       // [n, features]
  const std::vector<float>& p;  // [n, classes] targets
  std::size_t features, classes;
  double l2;
  std::vector<double> shares{};  // [n] of the rows in the mean loss, their mean 1; empty: 1 each

  // Weights: [features, classes], then the bias [classes].
  std::size_t size() const { return (features + 1) * classes; }
  // Mean cross-entropy + l2 / (2 n) * |weights without the bias|^2, in nats.
  double operator()(const std::vector<double>& weights, std::vector<double>& gradient) const;
  double cross_entropy(const std::vector<double>& weights) const;
  double share(std::size_t row) const { return shares.empty() ? 1.0 : shares[row]; }
};

// logits[k] of one row.
void row_logits(const SparseRows& rows, std::size_t row, const std::vector<double>& weights,
                std::size_t features, std::vector<double>& logits);

}  // namespace qinglan
