#include "metrics/misfit.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {
namespace {

// log p of one row, [K].
void log_softmax(const float* row, std::vector<double>& log_p) {
  const double most = static_cast<double>(*std::max_element(row, row + log_p.size()));
  double sum = 0;
  for (std::size_t c = 0; c < log_p.size(); ++c) sum += std::exp(static_cast<double>(row[c]) - most);
  for (std::size_t c = 0; c < log_p.size(); ++c)
    log_p[c] = static_cast<double>(row[c]) - most - std::log(sum);
}

}  // namespace

Misfit misfit(std::span<const float> weak, std::span<const float> student, std::size_t classes) {
  QL_CHECK(classes > 0 && weak.size() == student.size() && weak.size() % classes == 0,
           "logits are not [n, K]");
  Misfit made;
  std::vector<double> from(classes), to(classes);
  for (std::size_t i = 0; i < weak.size(); i += classes) {
    log_softmax(weak.data() + i, from);
    log_softmax(student.data() + i, to);
    double squared = 0, bregman = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      const double p = std::exp(to[c]);
      squared += std::pow(p - std::exp(from[c]), 2);
      bregman += p * (to[c] - from[c]);
    }
    made.squared.push_back(squared);
    made.bregman.push_back(std::max(0.0, bregman));
  }
  return made;
}

}  // namespace qinglan
