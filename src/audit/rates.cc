#include "audit/rates.h"

#include <algorithm>

#include "metrics/conditional.h"
#include "metrics/crossed.h"

namespace qinglan {

std::vector<std::vector<std::int32_t>> decide_all(const SeriesScores& scores,
                                                  const std::vector<std::string>& names) {
  std::vector<std::vector<std::int32_t>> decided;
  for (const std::string& name : names) {
    if (name.empty() || scores.series(name).status != "done") return {};
    decided.push_back(decisions(scores.answers(scores.series(name))));
  }
  return decided;
}

Scored conditional_columns(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                           const std::string& never) {
  if (std::none_of(weight.values.begin(), weight.values.end(), [](double w) { return w > 0; }))
    return {{}, never};
  const SeedMatrix rows = conditional_rows(value, weight);
  Scored columns;
  for (std::size_t s = 0; s < rows.seeds; ++s) columns.matrix.add(scores.groups().columns_of(rows.row(s)));
  return columns;
}

Estimate conditional_share(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                           const std::string& never) {
  return scores.share_interval(conditional_columns(scores, value, weight, never));
}

Estimate conditional_difference(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                                const std::string& never) {
  return scores.interval(conditional_columns(scores, value, weight, never));
}

}  // namespace qinglan
