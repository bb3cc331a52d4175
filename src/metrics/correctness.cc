#include "metrics/correctness.h"

#include "base/error.h"

namespace qinglan {

std::vector<std::int32_t> decisions(const Answers& answers, std::span<const float> bias) {
  QL_CHECK(answers.classes > 0 && answers.logits.size() % answers.classes == 0, "logits are not [n, K]");
  QL_CHECK(bias.empty() || bias.size() == answers.classes, "a bias has one value a class");
  const std::size_t classes = answers.classes, items = answers.logits.size() / classes;
  QL_CHECK(answers.abstained.empty() || answers.abstained.size() == items,
           "abstentions do not fit the items");
  std::vector<std::int32_t> decided(items);
  for (std::size_t i = 0; i < items; ++i) {
    const float* row = answers.logits.data() + i * classes;
    const auto score = [&](std::size_t c) {
      return static_cast<double>(row[c]) + (bias.empty() ? 0.0 : static_cast<double>(bias[c]));
    };
    std::size_t best = 0;
    bool flat = true;
    for (std::size_t c = 1; c < classes; ++c) {
      flat = flat && score(c) == score(0);
      if (score(c) > score(best)) best = c;
    }
    const bool silent = (flat && classes > 1) || (!answers.abstained.empty() && answers.abstained[i] != 0);
    decided[i] = silent ? -1 : static_cast<std::int32_t>(best);
  }
  return decided;
}

std::vector<double> correctness(const Answers& answers, std::span<const std::int32_t> truth,
                                std::span<const float> bias) {
  const std::vector<std::int32_t> decided = decisions(answers, bias);
  QL_CHECK(decided.size() == truth.size(), "answers and truth differ in length");
  std::vector<double> right(decided.size());
  for (std::size_t i = 0; i < decided.size(); ++i)
    right[i] =
        decided[i] < 0 ? 1.0 / static_cast<double>(answers.classes) : (decided[i] == truth[i] ? 1.0 : 0.0);
  return right;
}

ScoreRow balanced_correctness(std::span<const double> correctness, std::span<const std::int32_t> truth,
                              std::size_t classes) {
  const std::size_t items = truth.size();
  QL_CHECK(correctness.size() == items, "correctness and truth differ in length");
  if (items == 0) return {.undefined = "no test items"};
  std::vector<double> count(classes), mean(classes);
  for (std::size_t i = 0; i < items; ++i) {
    const auto c = static_cast<std::size_t>(truth[i]);
    count[c] += 1;
    mean[c] += correctness[i];
  }
  double balanced = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (count[c] == 0) return {.undefined = "no test item of class " + std::to_string(c)};
    mean[c] /= count[c];
    balanced += mean[c] / static_cast<double>(classes);
  }
  ScoreRow row;
  row.values.resize(items);
  for (std::size_t i = 0; i < items; ++i) {
    const auto c = static_cast<std::size_t>(truth[i]);
    const double weight = static_cast<double>(items) / (static_cast<double>(classes) * count[c]);
    row.values[i] = balanced + weight * (correctness[i] - mean[c]);
  }
  return row;
}

}  // namespace qinglan
