#include "supervise/combiners/all.h"

namespace qinglan {

Combiner evidential_combiner() {
  return {
      "evidential",
      "p_k = (n_k + 1) / (n + K), the mean of Dirichlet(1 + n_1, .., 1 + n_K): each answer is one piece of "
      "evidence; what is not known, K / (n + K), stays spread over the classes",
      "Josang 2016, Subjective Logic; Sensoy et al. 2018, Evidential Deep Learning (arXiv 1806.01768); for "
      "several weak supervisors Cui et al. 2024 (arXiv 2406.03199)",
      "rows have few answers, some more than others: a lone answer then teaches less than a unanimous crowd",
      [](const Annotations& annotations) {
        return Combination{[classes = annotations.classes](std::span<const Answer> answers) {
          auto p = votes(answers, classes);
          for (double& share : p)
            share = (share + 1) / (static_cast<double>(answers.size()) + static_cast<double>(classes));
          return p;
        }};
      }};
}

}  // namespace qinglan
