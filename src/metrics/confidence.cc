#include "metrics/confidence.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "metrics/correctness.h"

namespace qinglan {
namespace {

double square(double x) { return x * x; }

}  // namespace

Confidences confidences(const Answers& answers, std::span<const std::int32_t> truth, double temperature) {
  QL_CHECK(temperature > 0, "a temperature is above 0");
  Confidences made;
  made.right = correctness(answers, truth);
  const std::size_t classes = answers.classes, items = truth.size();
  std::vector<double> p(classes);
  for (std::size_t i = 0; i < items; ++i) {
    const float* row = answers.logits.data() + i * classes;
    const double most = static_cast<double>(*std::max_element(row, row + classes));
    const bool silent = !answers.abstained.empty() && answers.abstained[i] != 0;
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      p[c] = silent ? 1 : std::exp((static_cast<double>(row[c]) - most) / temperature);
      sum += p[c];
    }
    const auto is = static_cast<std::size_t>(truth[i]);
    made.top.push_back(1 / sum);
    made.nll.push_back(std::log(sum) - (silent ? 0 : (static_cast<double>(row[is]) - most) / temperature));
    double squares = 0;
    for (std::size_t c = 0; c < classes; ++c) squares += square(p[c] / sum - (c == is ? 1 : 0));
    made.brier.push_back(squares);
  }
  return made;
}

}  // namespace qinglan
