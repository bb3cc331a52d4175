#include "supervise/dawid_skene.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr int kIterations = 1000;
constexpr double kTolerance = 1e-10;

using Shares = std::vector<std::vector<double>>;  // [n][K] of each class; empty for rows without answers

void normalise(double* counts, std::size_t size) {
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += counts[i] += kPseudoCount;
  for (std::size_t i = 0; i < size; ++i) counts[i] /= sum;
}

NaiveBayes maximise(const Annotations& annotations, const Shares& shares) {
  const std::size_t classes = annotations.classes, rows = annotations.annotators.size() * classes;
  std::vector<double> prior(classes), confusion(rows * classes);
  for (std::size_t i = 0; i < annotations.size(); ++i)
    for (std::size_t k = 0; k < shares[i].size(); ++k) {
      prior[k] += shares[i][k];
      for (const auto& answer : annotations.answers[i])
        confusion[(answer.annotator * classes + k) * classes + answer.label] += shares[i][k];
    }
  normalise(prior.data(), classes);
  for (std::size_t row = 0; row < rows; ++row) normalise(&confusion[row * classes], classes);
  return {std::move(prior), std::move(confusion)};
}

// Sets the shares; the objective of the model they come from.
double expect(const Annotations& annotations, const NaiveBayes& model, Shares& shares) {
  double objective = 0;
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    if (annotations.answers[i].empty()) continue;
    auto posterior = model.posterior(annotations.answers[i]);
    objective += posterior.log_evidence;
    shares[i] = std::move(posterior.p);
  }
  for (const double p : model.prior()) objective += kPseudoCount * std::log(p);
  for (const double p : model.confusion()) objective += kPseudoCount * std::log(p);
  return objective;
}

Shares vote_shares(const Annotations& annotations) {
  Shares shares(annotations.size());
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    const auto& answers = annotations.answers[i];
    if (answers.empty()) continue;
    shares[i].resize(annotations.classes);
    for (const auto& answer : answers) shares[i][answer.label] += 1 / static_cast<double>(answers.size());
  }
  return shares;
}

}  // namespace

DawidSkene fit_dawid_skene(const Annotations& annotations) {
  if (std::none_of(annotations.answers.begin(), annotations.answers.end(),
                   [](const auto& answers) { return answers.size() > 1; }))
    throw Error(ErrorKind::invalid_input,
                "no row was answered by two annotators, so nothing tells how often one of them is right")
        .hint("Take combine = \"vote\", or annotators that answer the same rows.");
  DawidSkene fit;
  Shares shares = vote_shares(annotations);
  while (!fit.converged && fit.objective.size() < kIterations) {
    fit.model = maximise(annotations, shares);
    const double objective = expect(annotations, fit.model, shares);
    fit.converged = !fit.objective.empty() &&
                    std::abs(objective - fit.objective.back()) <= kTolerance * std::abs(objective);
    fit.objective.push_back(objective);
  }
  return fit;
}

}  // namespace qinglan
