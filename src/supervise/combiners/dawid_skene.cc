#include "supervise/dawid_skene.h"

#include <memory>

#include "supervise/combiners/all.h"

namespace qinglan {

Combiner dawid_skene_combiner() {
  return {
      "dawid-skene",
      "p_k ~ prior_k prod_a M_a,k,l(a): l(a) is what annotator a says, M_akl how often it says l of class k; "
      "prior and M by expectation-maximisation from the vote on the train rows' answers, 0.1 added to each "
      "count",
      "Dawid & Skene 1979, Applied Statistics 28 (1)",
      "annotators differ in how good they are or in which classes they confuse, and each answered dozens of "
      "rows together with others",
      [](const Annotations& annotations) {
        const auto fit = std::make_shared<const DawidSkene>(fit_dawid_skene(annotations));
        return Combination{[fit](std::span<const Answer> answers) { return fit->model.posterior(answers).p; },
                           {{"iterations", fit->objective.size()},
                            {"converged", fit->converged},
                            {"objective", fit->objective.back()},
                            {"class_shares", fit->model.prior()}}};
      }};
}

}  // namespace qinglan
