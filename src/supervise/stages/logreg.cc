#include "supervise/cross_fit.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

std::vector<float> probe_answers(const StageInput& input) {
  return cross_fitted(input.features, input.labels, {input.params.at("folds"), input.params.at("l2")});
}

}  // namespace

StageOutcome relabel_logreg(const StageInput& input) {
  return {all_rows(input.labels), probe_answers(input)};
}

StageOutcome filter_logreg(const StageInput& input) {
  const auto rows = labelled_rows(input.labels);
  const auto answers = probe_answers(input);
  const std::size_t classes = input.labels.classes;
  std::vector<float> q;
  for (const std::uint32_t row : rows)
    q.insert(q.end(), &answers[row * classes], &answers[row * classes] + classes);
  return {without_doubted(input, rows, q, contaminated(input, rows.size()))};
}

}  // namespace qinglan
