#include <algorithm>

#include "base/error.h"
#include "supervise/corruptor.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

// What a corruptor (supervise/corruptor.h) makes of the labels in the place of the truth; abstentions are no
// labels.
StageOutcome flipped(const StageInput& input, const char* corruptor, const Json& params) {
  std::vector<std::int32_t> classes;
  for (std::size_t row = 0; row < input.labels.size(); ++row) classes.push_back(input.labels.hard(row));
  const auto labelled = labelled_rows(input.labels);
  Random random(input.seed, "corrupt");
  return with_classes(input, find_corruptor(corruptor).labels({.truth = classes,
                                                               .classes = input.labels.classes,
                                                               .texts = input.texts,
                                                               .features = {},
                                                               .params = params,
                                                               .parts = {{labelled.begin(), labelled.end()}},
                                                               .random = random}));
}

}  // namespace

StageOutcome with_classes(const StageInput& input, const std::vector<std::int32_t>& classes) {
  StageOutcome outcome{all_rows(input.labels), input.labels.p};
  for (const std::uint32_t row : outcome.kept)
    if (const std::int32_t before = input.labels.hard(row); classes[row] != before) {
      float* p = &outcome.p[row * input.labels.classes];
      std::swap(p[before], p[classes[row]]);
    }
  return outcome;
}

std::int32_t class_of(const StageInput& input) {
  const std::int32_t label = input.params.at("class");
  if (static_cast<std::size_t>(label) < input.labels.classes) return label;
  throw Error(ErrorKind::usage, "the parameter \"class\" is outside the classes")
      .expected("less than " + std::to_string(input.labels.classes))
      .found(std::to_string(label));
}

StageOutcome corrupt_symmetric(const StageInput& input) { return flipped(input, "symmetric", input.params); }

StageOutcome corrupt_class_dependent(const StageInput& input) {
  std::vector<double> rates(input.labels.classes, 0);
  rates[static_cast<std::size_t>(class_of(input))] = input.params.at("rate");
  return flipped(input, "class-dependent", {{"rates", rates}});
}

StageOutcome corrupt_length(const StageInput& input) { return flipped(input, "length", input.params); }

}  // namespace qinglan
