#include "supervise/stages/all.h"

namespace qinglan {

StageOutcome filter_confidence(const StageInput& input) {
  const auto threshold = input.params.at("threshold").get<double>();
  StageOutcome outcome{labelled_rows(input.labels)};
  std::erase_if(outcome.kept, [&](std::uint32_t row) { return !(input.labels.confidence(row) > threshold); });
  return outcome;
}

}  // namespace qinglan
