#include "train/packing.h"

#include <algorithm>
#include <numeric>

namespace qinglan {

namespace {

constexpr std::int64_t kTokensOfARow = 8;  // at most, of a budget's rows

// Cuts plan.order into packs. The row at a place takes `height` rows, behind the one before it, and `length`
// tokens.
template <typename Height, typename Length>
void cut_packs(PackPlan& plan, std::int64_t most_rows, std::int64_t most_tokens, const Height& height,
               const Length& length) {
  const auto end = static_cast<std::int64_t>(plan.order.size());
  std::int64_t begin = 0, rows = 0, tokens = 0;
  for (std::int64_t at = 0; at < end; ++at) {
    const bool full = rows + height(at) > most_rows || tokens + length(at) > most_tokens;
    if (at > begin && full) {
      plan.packs.emplace_back(begin, at);
      begin = at;
      rows = tokens = 0;
    }
    rows += at == begin ? length(at) : height(at);
    tokens += length(at);
  }
  if (end > 0) plan.packs.emplace_back(begin, end);
}

}  // namespace

PackPlan plan_packs(std::span<const std::int64_t> lengths, std::int64_t token_budget) {
  PackPlan plan;
  plan.order.resize(lengths.size());
  std::iota(plan.order.begin(), plan.order.end(), 0);
  std::stable_sort(plan.order.begin(), plan.order.end(),
                   [&](auto a, auto b) { return lengths[a] < lengths[b]; });
  const auto length = [&](std::int64_t at) { return lengths[plan.order[at]]; };
  cut_packs(plan, token_budget, token_budget, length, length);
  return plan;
}

PackPlan plan_packs(TokenRows rows, std::int64_t token_budget, Beginnings beginnings) {
  const auto length_of = [&](std::int64_t row) { return static_cast<std::int64_t>(rows[row]->size()); };
  if (beginnings == Beginnings::apart) {
    std::vector<std::int64_t> lengths;
    for (const auto* row : rows) lengths.push_back(static_cast<std::int64_t>(row->size()));
    return plan_packs(lengths, token_budget);
  }
  PackPlan plan;
  plan.order = sorted_by_tokens(rows);
  const auto length = [&](std::int64_t at) { return length_of(plan.order[at]); };
  const auto own = [&](std::int64_t at) {
    return at == 0 ? length(at)
                   : length(at) - shared_tokens(*rows[plan.order[at - 1]], *rows[plan.order[at]]);
  };
  cut_packs(plan, token_budget, kTokensOfARow * token_budget, own, length);
  return plan;
}

}  // namespace qinglan
