#include "train/packing.h"

#include <algorithm>
#include <numeric>

namespace qinglan {
namespace {

constexpr std::int64_t kTokensOfARow = 8;  // at most, of a budget's rows

std::vector<std::int64_t> sorted_by_length(TokenRows rows) {
  std::vector<std::int64_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return rows[a]->size() < rows[b]->size(); });
  return order;
}

}  // namespace

PackPlan plan_packs(TokenRows texts, std::int64_t token_budget, Beginnings beginnings) {
  const bool sharing = beginnings == Beginnings::shared;
  const std::int64_t most_tokens = sharing ? kTokensOfARow * token_budget : token_budget;
  PackPlan plan{sharing ? sorted_by_tokens(texts) : sorted_by_length(texts), {}};
  const auto end = static_cast<std::int64_t>(plan.order.size());
  std::int64_t begin = 0, rows = 0, tokens = 0;
  for (std::int64_t at = 0; at < end; ++at) {
    const auto& text = *texts[plan.order[at]];
    const auto length = static_cast<std::int64_t>(text.size());
    const std::int64_t common = sharing && at > begin ? shared_tokens(*texts[plan.order[at - 1]], text) : 0;
    const bool full = rows + length - common > token_budget || tokens + length > most_tokens;
    if (at > begin && full) {
      plan.packs.emplace_back(begin, at);
      begin = at;
      rows = tokens = 0;
    }
    rows += at == begin ? length : length - common;
    tokens += length;
  }
  if (end > 0) plan.packs.emplace_back(begin, end);
  return plan;
}

}  // namespace qinglan
