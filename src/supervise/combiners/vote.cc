#include "supervise/combiners/all.h"

namespace qinglan {

std::vector<double> votes(std::span<const Answer> answers, std::size_t classes) {
  std::vector<double> counts(classes, 0);
  for (const auto& answer : answers) ++counts[answer.label];
  return counts;
}

Combiner vote_combiner() {
  return {"vote",
          "p_k = n_k / n: n_k of a row's n answers say k; a row whose classes all have equally many abstains",
          "the majority vote", "the baseline that every other combination is compared with",
          [](const Annotations& annotations) {
            return Combination{[classes = annotations.classes](std::span<const Answer> answers) {
              auto p = votes(answers, classes);
              for (double& share : p) share /= static_cast<double>(answers.size());
              return p;
            }};
          }};
}

}  // namespace qinglan
