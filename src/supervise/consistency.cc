#include "supervise/consistency.h"

#include "base/error.h"

namespace qinglan {

Predictions made_consistent(const std::vector<Predictions>& statements) {
  QL_CHECK(statements.size() >= 2, "a statement a class");
  Predictions answer{statements.front().ids, statements.size(), {}};
  for (const auto& statement : statements)
    QL_CHECK(statement.ids == answer.ids && statement.classes == 2, "statements are of other rows");
  answer.logits.reserve(answer.ids.size() * answer.classes);
  for (std::size_t row = 0; row < answer.ids.size(); ++row)
    for (const auto& statement : statements)
      answer.logits.push_back(statement.logits[2 * row + 1] - statement.logits[2 * row]);
  return answer;
}

}  // namespace qinglan
