#include "metrics/auroc.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {
namespace {

// Adds one class's values, weighted, to `sum`.
void add_one_against_rest(std::span<const double> scores, std::span<const std::int32_t> truth,
                          std::int32_t class_index, double weight, std::vector<double>& sum) {
  std::vector<std::uint8_t> positive(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) positive[i] = truth[i] == class_index;
  const Placement placement = placement_values(scores, positive);
  const double n = static_cast<double>(truth.size());
  const double up = n / static_cast<double>(placement.positives),
               down = n / static_cast<double>(placement.negatives);
  for (std::size_t i = 0; i < truth.size(); ++i)
    sum[i] +=
        weight * (placement.auroc + (positive[i] ? up : down) * (placement.values[i] - placement.auroc));
}

// Probability of one class against the rest for each item.
std::vector<double> probabilities(const Answers& answers, std::size_t class_index) {
  const std::size_t classes = answers.classes, items = answers.logits.size() / classes;
  std::vector<double> result(items);
  for (std::size_t i = 0; i < items; ++i) {
    const float* row = answers.logits.data() + i * classes;
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c)
      sum += std::exp(static_cast<double>(row[c]) - static_cast<double>(row[class_index]));
    result[i] = 1 / sum;
  }
  return result;
}

}  // namespace

Placement placement_values(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  QL_CHECK(scores.size() == positive.size(), "scores and classes differ in length");
  const std::size_t items = scores.size();
  std::vector<std::pair<double, std::uint32_t>> sorted(items);
  for (std::size_t i = 0; i < items; ++i) sorted[i] = {scores[i], static_cast<std::uint32_t>(i)};
  std::sort(sorted.begin(), sorted.end());
  Placement result;
  for (const std::uint8_t p : positive) (p ? result.positives : result.negatives) += 1;
  QL_CHECK(result.positives > 0 && result.negatives > 0, "AUROC needs both classes");
  const double m = static_cast<double>(result.positives), n = static_cast<double>(result.negatives);
  result.values.resize(items);
  double positives_below = 0, negatives_below = 0;
  for (std::size_t begin = 0, end = 0; begin < items; begin = end) {
    double positives = 0, negatives = 0;  // tied at this score
    for (; end < items && sorted[end].first == sorted[begin].first; ++end)
      (positive[sorted[end].second] ? positives : negatives) += 1;
    const double of_positive = (negatives_below + negatives / 2) / n;
    const double of_negative = (m - positives_below - positives / 2) / m;
    for (std::size_t k = begin; k < end; ++k)
      result.values[sorted[k].second] = positive[sorted[k].second] ? of_positive : of_negative;
    result.auroc += positives * of_positive / m;
    positives_below += positives;
    negatives_below += negatives;
  }
  return result;
}

ScoreRow auroc_row(const Answers& answers, std::span<const std::int32_t> truth) {
  const std::size_t classes = answers.classes, items = truth.size();
  QL_CHECK(answers.logits.size() == items * classes, "logits are not [n, K]");
  if (items == 0) return {.undefined = "no test items"};
  if (classes < 2) return {.undefined = "AUROC needs two classes"};
  std::vector<std::size_t> count(classes);
  for (const std::int32_t c : truth) ++count[static_cast<std::size_t>(c)];
  for (std::size_t c = 0; c < classes; ++c)
    if (count[c] == 0) return {.undefined = "no test item of class " + std::to_string(c)};
  ScoreRow row;
  row.values.resize(items);
  if (classes == 2) {
    std::vector<double> scores(items);
    for (std::size_t i = 0; i < items; ++i)
      scores[i] = static_cast<double>(answers.logits[2 * i + 1]) - static_cast<double>(answers.logits[2 * i]);
    add_one_against_rest(scores, truth, 1, 1, row.values);
    return row;
  }
  for (std::size_t c = 0; c < classes; ++c)
    add_one_against_rest(probabilities(answers, c), truth, static_cast<std::int32_t>(c),
                         1 / static_cast<double>(classes), row.values);
  return row;
}

}  // namespace qinglan
