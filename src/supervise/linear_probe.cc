#include "supervise/linear_probe.h"

#include <cmath>

#include "supervise/lbfgs.h"
#include "supervise/softmax_regression.h"

namespace qinglan {
namespace {

constexpr LbfgsConfig kSearch{.max_iterations = 2000, .memory = 20, .tolerance = 1e-7};

SparseRows as_rows(const StandardFeatures& standard, const FeatureRows& features,
                   const std::vector<std::size_t>& rows) {
  SparseRows sparse;
  for (const std::size_t row : rows) {
    for (std::size_t d = 0; d < standard.width(); ++d) {
      sparse.columns.push_back(static_cast<std::uint32_t>(d));
      sparse.values.push_back(standard.value(features, row, d));
    }
    sparse.starts.push_back(sparse.columns.size());
  }
  return sparse;
}

}  // namespace

StandardFeatures::StandardFeatures(const FeatureRows& features, const std::vector<std::size_t>& rows)
    : mean_(features.width, 0), inverse_deviation_(features.width, 0) {
  const auto n = static_cast<double>(rows.size());
  for (const std::size_t row : rows)
    for (std::size_t d = 0; d < mean_.size(); ++d) mean_[d] += features.row(row)[d] / n;
  for (const std::size_t row : rows)
    for (std::size_t d = 0; d < mean_.size(); ++d)
      inverse_deviation_[d] += std::pow(features.row(row)[d] - mean_[d], 2) / n;
  for (std::size_t d = 0; d < mean_.size(); ++d) {
    const double deviation = std::sqrt(inverse_deviation_[d]);
    // Below this a deviation is rounding of the mean, not information.
    inverse_deviation_[d] = deviation > 1e-12 * (1 + std::abs(mean_[d])) ? 1 / deviation : 0;
  }
}

LinearProbe LinearProbe::fit(const FeatureRows& features, const std::vector<std::size_t>& rows,
                             const std::vector<float>& targets, std::size_t classes, double l2) {
  LinearProbe probe{StandardFeatures(features, rows)};
  probe.classes_ = classes;
  const SparseRows given = as_rows(probe.standard_, features, rows);
  // SoftmaxRegression takes its penalty as l2 / (2 n) |W|^2.
  const SoftmaxRegression regression{given, targets, features.width, classes,
                                     2 * static_cast<double>(rows.size()) * l2};
  probe.weights_ = minimize_lbfgs(regression, std::vector<double>(regression.size(), 0), kSearch).x;
  return probe;
}

std::vector<double> LinearProbe::logits(const FeatureRows& features, std::size_t row) const {
  std::vector<double> logits(classes_);
  row_logits(as_rows(standard_, features, {row}), 0, weights_, features.width, logits);
  return logits;
}

}  // namespace qinglan
