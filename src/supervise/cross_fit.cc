#include "supervise/cross_fit.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "supervise/lbfgs.h"
#include "supervise/softmax_regression.h"
#include "supervise/standard.h"

namespace qinglan {
namespace {

constexpr LbfgsConfig kSearch{.max_iterations = 2000, .memory = 20, .tolerance = 1e-7};

SparseRows standard_rows(const Standard& standard, const FeatureRows& features,
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

void softmax_into(const std::vector<double>& logits, float* p) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double value : logits) sum += std::exp(value - top);
  for (std::size_t k = 0; k < logits.size(); ++k) p[k] = static_cast<float>(std::exp(logits[k] - top) / sum);
}

// Probabilities of the `held` rows by a probe fitted on the `given` ones, into `p` [n, K].
void fit_and_predict(const FeatureRows& features, const WeakLabels& labels, double l2,
                     const std::vector<std::size_t>& given, const std::vector<std::size_t>& held,
                     std::vector<float>& p) {
  const Standard standard(features, given);
  const SparseRows rows = standard_rows(standard, features, given);
  std::vector<float> targets;
  for (const std::size_t row : given)
    targets.insert(targets.end(), &labels.p[row * labels.classes],
                   &labels.p[row * labels.classes] + labels.classes);
  // SoftmaxRegression takes its penalty as l2 / (2 n) |W|^2.
  const SoftmaxRegression regression{rows, targets, features.width, labels.classes,
                                     2 * static_cast<double>(given.size()) * l2};
  const auto fitted = minimize_lbfgs(regression, std::vector<double>(regression.size(), 0), kSearch);
  const SparseRows asked = standard_rows(standard, features, held);
  std::vector<double> logits(labels.classes);
  for (std::size_t i = 0; i < held.size(); ++i) {
    row_logits(asked, i, fitted.x, features.width, logits);
    softmax_into(logits, &p[held[i] * labels.classes]);
  }
}

}  // namespace

std::vector<float> cross_fitted(const FeatureRows& features, const WeakLabels& labels,
                                const CrossFitConfig& config) {
  std::vector<float> p(labels.p.size());
  for (std::size_t fold = 0; fold < config.folds; ++fold) {
    std::vector<std::size_t> given, held;
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (row % config.folds == fold)
        held.push_back(row);
      else if (!labels.abstain[row])
        given.push_back(row);
    }
    if (given.size() < 2)
      throw Error(ErrorKind::invalid_input, "too few labels to fit a probe on the other folds")
          .expected("at least 2")
          .found(std::to_string(given.size()))
          .hint("Take more rows.");
    fit_and_predict(features, labels, config.l2, given, held, p);
  }
  return p;
}

}  // namespace qinglan
