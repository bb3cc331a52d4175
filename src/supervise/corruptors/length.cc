#include "supervise/corruptors/all.h"

namespace qinglan {

Corruptor length_corruptor() {
  return {
      "length",
      "the round(rate n) longest texts (in bytes) are wrong, each with any other class equally likely",
      "errors on the longest inputs, after Burns et al. 2023 (arXiv 2312.09390), App. E.1",
      "errors that depend on the row in a way that the class does not: where they are can be learned, and "
      "with more than two classes not what they say",
      {"rate"},
      [](const CorruptorInput& input) {
        std::vector<std::int32_t> labels = input.truth;
        std::vector<double> priority;
        for (const auto& text : input.texts) priority.push_back(static_cast<double>(text.size()));
        for (const auto& part : input.parts)
          make_wrong(input, part, wrong_rows(input.params.at("rate"), part.size()), priority, labels);
        return labels;
      },
      true};
}

}  // namespace qinglan
