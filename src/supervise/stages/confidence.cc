#include <algorithm>

#include "supervise/stages/all.h"

namespace qinglan {

StageOutcome filter_confidence(const StageInput& input) {
  const auto threshold = input.params.at("threshold").get<double>();
  const std::size_t classes = input.labels.classes;
  StageOutcome outcome{labelled_rows(input.labels)};
  std::erase_if(outcome.kept, [&](std::uint32_t row) {
    const auto first = input.labels.p.begin() + static_cast<std::ptrdiff_t>(row * classes);
    return !(*std::max_element(first, first + static_cast<std::ptrdiff_t>(classes)) > threshold);
  });
  return outcome;
}

}  // namespace qinglan
