#include "supervise/linear_probe.h"

#include "supervise/lbfgs.h"
#include "supervise/softmax_regression.h"

namespace qinglan {
namespace {

constexpr LbfgsConfig kSearch{.max_iterations = 2000, .memory = 20, .tolerance = 1e-7};

SparseRows as_rows(const Standard& standard, const FeatureRows& features,
                   const std::vector<std::size_t>& rows) {
  SparseRows sparse;
  for (const std::size_t row : rows) {
    for (std::size_t d = 0; d < features.width; ++d) {
      sparse.columns.push_back(static_cast<std::uint32_t>(d));
      sparse.values.push_back(standard.value(features, row, d));
    }
    sparse.starts.push_back(sparse.columns.size());
  }
  return sparse;
}

}  // namespace

LinearProbe LinearProbe::fit(const FeatureRows& features, const std::vector<std::size_t>& rows,
                             const std::vector<float>& targets, std::size_t classes, double l2) {
  LinearProbe probe{Standard(features, rows)};
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
