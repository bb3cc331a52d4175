#include "supervise/naive_bayes.h"

#include <algorithm>
#include <cmath>

namespace qinglan {
namespace {

std::vector<double> logs(const std::vector<double>& values) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const double value : values) result.push_back(std::log(value));
  return result;
}

}  // namespace

NaiveBayes::NaiveBayes(std::vector<double> prior, std::vector<double> confusion)
    : prior_(std::move(prior)),
      confusion_(std::move(confusion)),
      log_prior_(logs(prior_)),
      log_confusion_(logs(confusion_)) {}

NaiveBayes::Posterior NaiveBayes::posterior(std::span<const Answer> answers) const {
  const std::size_t classes = prior_.size();
  Posterior result{.p = log_prior_};
  for (const auto& [annotator, label] : answers)
    for (std::size_t k = 0; k < classes; ++k)
      result.p[k] += log_confusion_[(annotator * classes + k) * classes + label];
  const double largest = *std::max_element(result.p.begin(), result.p.end());
  double sum = 0;
  for (double& value : result.p) sum += value = std::exp(value - largest);
  for (double& value : result.p) value /= sum;
  result.log_evidence = largest + std::log(sum);
  return result;
}

}  // namespace qinglan
