#include "supervise/label_model.h"

#include <memory>

#include "supervise/combiners/all.h"

namespace qinglan {

Combiner label_model_combiner() {
  return {
      "label-model",
      "p_k ~ prior_k prod_a P(l(a) | k), P(l | k) = acc_a for l = k, else (1 - acc_a)/(K - 1); (K acc_a - "
      "1)/(K - 1) = r_a by least squares from pairs of annotators: (K P(a and b agree) - 1)/(K - 1) = r_a "
      "r_b",
      "Ratner et al. 2019 (arXiv 1810.02840), the label model for independent sources; classes as corners "
      "of a simplex",
      "annotators differ in how good they are but err on all classes alike; at least three answer the same "
      "rows",
      [](const Annotations& annotations) {
        const auto fit = std::make_shared<const LabelModel>(fit_label_model(annotations));
        return Combination{[fit](std::span<const Answer> answers) { return fit->model.posterior(answers).p; },
                           {{"sweeps", fit->sweeps},
                            {"converged", fit->converged},
                            {"class_shares", fit->model.prior()},
                            {"accuracies", fit->accuracy}}};
      }};
}

}  // namespace qinglan
