#include "supervise/answered_rows.h"

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "supervise/lbfgs.h"
#include "supervise/logistic.h"
#include "supervise/standard.h"

namespace qinglan {
namespace {

constexpr LbfgsConfig kSearch{.max_iterations = 1000, .memory = 20, .tolerance = 1e-7};

}  // namespace

AnsweredRows::AnsweredRows(const FeatureRows& features, const FeatureRows& answers) : answers_(answers) {
  QL_CHECK(features.size() == answers.size(), "a row of features an answer");
  std::vector<std::size_t> all(features.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Standard standard(features, all);
  const double scale = 1 / std::sqrt(static_cast<double>(features.width));
  values_.reserve(features.values.size());
  for (const std::size_t row : all)
    for (std::size_t d = 0; d < features.width; ++d)
      values_.push_back(static_cast<float>(standard.value(features, row, d) * scale));
  states_ = {values_, features.width};
}

double AnsweredRows::dot(std::size_t row, std::span<const double> weights) const {
  const auto x = states_.row(row);
  double sum = 0;
  for (std::size_t c = 0; c < classes(); ++c) {
    const double answer = answers_.row(row)[c];
    if (answer == 0) continue;
    const auto w = weights.subspan(classes() + c * x.size(), x.size());
    double inner = weights[c];
    for (std::size_t d = 0; d < x.size(); ++d) inner += w[d] * x[d];
    sum += answer * inner;
  }
  return sum;
}

void AnsweredRows::add(std::size_t row, double scale, std::span<double> sum) const {
  const auto x = states_.row(row);
  for (std::size_t c = 0; c < classes(); ++c) {
    const double answer = scale * answers_.row(row)[c];
    if (answer == 0) continue;
    const auto part = sum.subspan(classes() + c * x.size(), x.size());
    sum[c] += answer;
    for (std::size_t d = 0; d < x.size(); ++d) part[d] += answer * x[d];
  }
}

std::vector<double> linear_scores(const AnsweredRows& rows, const KnownAnswers& known, double l2,
                                  const std::vector<std::uint32_t>& asked) {
  const double equal = 1 / static_cast<double>(known.rows.size());
  const auto loss = [&](const std::vector<double>& weights, std::vector<double>& gradient) {
    gradient.assign(weights.size(), 0);
    double sum = 0;
    for (std::size_t i = 0; i < known.rows.size(); ++i) {
      const double z = rows.dot(known.rows[i], weights),
                   share = known.shares.empty() ? equal : known.shares[i];
      sum += share * binary_cross_entropy(z, known.right[i]);
      rows.add(known.rows[i], share * (logistic(z) - known.right[i]), gradient);
    }
    for (std::size_t d = rows.classes(); d < weights.size(); ++d) {
      sum += l2 * weights[d] * weights[d];
      gradient[d] += 2 * l2 * weights[d];
    }
    return sum;
  };
  const auto weights = minimize_lbfgs(loss, std::vector<double>(rows.width(), 0), kSearch).x;
  std::vector<double> scores;
  for (const std::uint32_t row : asked) scores.push_back(rows.dot(row, weights));
  return scores;
}

}  // namespace qinglan
