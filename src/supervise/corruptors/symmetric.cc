#include "supervise/corruptors/all.h"

namespace qinglan {

Corruptor symmetric_corruptor() {
  return {"symmetric",
          "round(rate n) rows drawn at random are wrong, each with any other class equally likely",
          "random classification noise (Angluin & Laird 1988)",
          "errors that nothing predicts: a student averages them out",
          {"rate"},
          [](const CorruptorInput& input) {
            std::vector<std::int32_t> labels = input.truth;
            const auto priority = random_priority(input);
            for (const auto& part : input.parts)
              make_wrong(input, part, wrong_rows(input.params.at("rate"), part.size()), priority, labels);
            return labels;
          }};
}

}  // namespace qinglan
