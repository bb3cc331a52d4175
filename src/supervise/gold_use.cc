#include "supervise/gold_use.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "supervise/lbfgs.h"
#include "supervise/logistic.h"

namespace qinglan {
namespace {

constexpr double kRidge = 1e-6;  // on the slope, which equal confidences leave open

struct Known {
  double confidence, target;
};

std::vector<Known> known_rows(const WeakLabels& labels, const GoldRows& gold) {
  std::unordered_map<std::string, std::int32_t> truth;
  for (std::size_t i = 0; i < gold.size(); ++i) truth.emplace(gold.ids[i], gold.labels[i]);
  std::vector<Known> known;
  std::vector<bool> right;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto label = truth.find(labels.ids[row]);
    if (label == truth.end()) continue;
    known.push_back({labels.confidence(row), 0});
    right.push_back(labels.hard(row) == label->second);
  }
  const auto rights = static_cast<double>(std::count(right.begin(), right.end(), true));
  const double wrongs = static_cast<double>(right.size()) - rights;
  for (std::size_t i = 0; i < known.size(); ++i)
    known[i].target = right[i] ? (rights + 1) / (rights + 2) : 1 / (wrongs + 2);
  return known;
}

}  // namespace

std::vector<float> reliability(const WeakLabels& labels, const GoldRows& gold) {
  const std::vector<Known> known = known_rows(labels, gold);
  if (known.empty())
    throw Error(ErrorKind::invalid_input, "no row has both a weak and a true label")
        .hint("A stage before this one left none of the rows that the gold budget drew.");
  const auto n = static_cast<double>(known.size());
  const auto loss = [&](const std::vector<double>& x, std::vector<double>& gradient) {
    gradient = {0, kRidge * x[1]};
    double sum = kRidge * x[1] * x[1] / 2;
    for (const Known& row : known) {
      const double z = x[0] + x[1] * row.confidence;
      sum += binary_cross_entropy(z, row.target) / n;
      const double slope = (logistic(z) - row.target) / n;
      gradient[0] += slope, gradient[1] += slope * row.confidence;
    }
    return sum;
  };
  const std::vector<double> curve = minimize_lbfgs(loss, {0, 0}).x;
  std::vector<float> reliable;
  for (std::size_t row = 0; row < labels.size(); ++row)
    reliable.push_back(static_cast<float>(logistic(curve[0] + curve[1] * labels.confidence(row))));
  return reliable;
}

GoldUse gold_use(const std::string& stage, const Json& parameters, const WeakLabels& labels,
                 const GoldRows& gold) {
  GoldUse use;
  use.smoothing = parameters.value("smoothing", 0.0);
  if (stage == "gold:weighted") {
    use.weight = get_field<double>(parameters, "weight", "parameters of gold:weighted");
  } else if (stage == "gold:anchored") {
    use.anchored = true;
  } else if (stage == "gold:reliability") {
    use.weak_weights = reliability(labels, gold);
  } else if (stage == "gold:only") {
    use.alone = true;
  } else if (stage != "gold:replace") {
    throw Error(ErrorKind::usage, "no stage \"" + stage + "\" uses true labels");
  }
  return use;
}

}  // namespace qinglan
