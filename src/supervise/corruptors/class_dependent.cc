#include "supervise/corruptors/all.h"

namespace qinglan {

Corruptor class_dependent_corruptor() {
  return {
      "class-dependent",
      "of the n_c rows of class c, round(rates_c n_c) drawn at random are wrong, each with any other class "
      "equally likely",
      "class-conditional noise (Natarajan et al. 2013)",
      "errors that lean to one side: they move the decision threshold rather than the order of answers",
      {"rates"},
      [](const CorruptorInput& input) {
        std::vector<std::int32_t> labels = input.truth;
        const auto priority = random_priority(input);
        for (const auto& part : input.parts) {
          std::vector<std::vector<std::size_t>> of_class(input.classes);
          for (const std::size_t row : part)
            of_class[static_cast<std::size_t>(input.truth[row])].push_back(row);
          for (std::size_t c = 0; c < input.classes; ++c)
            make_wrong(input, of_class[c], wrong_rows(input.params.at("rates").at(c), of_class[c].size()),
                       priority, labels);
        }
        return labels;
      }};
}

}  // namespace qinglan
