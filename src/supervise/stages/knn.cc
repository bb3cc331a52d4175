#include "supervise/stages/all.h"

namespace qinglan {

StageOutcome relabel_knn(const StageInput& input) {
  const auto rows = all_rows(input.labels);
  return {rows, mean_of_nearest(input, rows, labelled_rows(input.labels), "k")};
}

StageOutcome filter_knn(const StageInput& input) {
  const auto rows = labelled_rows(input.labels);
  const auto q = mean_of_nearest(input, rows, rows, "k");
  return {without_doubted(input, rows, q, contaminated(input, rows.size()))};
}

}  // namespace qinglan
