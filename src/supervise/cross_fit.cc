#include "supervise/cross_fit.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "supervise/linear_probe.h"

namespace qinglan {
namespace {

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
  std::vector<float> targets;
  for (const std::size_t row : given)
    targets.insert(targets.end(), &labels.p[row * labels.classes],
                   &labels.p[row * labels.classes] + labels.classes);
  const LinearProbe probe = LinearProbe::fit(features, given, targets, labels.classes, l2);
  for (const std::size_t row : held) softmax_into(probe.logits(features, row), &p[row * labels.classes]);
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
