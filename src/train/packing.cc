#include "train/packing.h"

#include <algorithm>
#include <numeric>

namespace qinglan {

PackPlan plan_packs(std::span<const std::vector<std::int32_t>> rows, std::int64_t token_budget) {
  PackPlan plan;
  plan.order.resize(rows.size());
  std::iota(plan.order.begin(), plan.order.end(), 0);
  std::stable_sort(plan.order.begin(), plan.order.end(),
                   [&](auto a, auto b) { return rows[a].size() < rows[b].size(); });
  std::int64_t begin = 0, tokens = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(rows.size()); ++i) {
    const auto length = static_cast<std::int64_t>(rows[plan.order[i]].size());
    if (i > begin && tokens + length > token_budget) {
      plan.packs.emplace_back(begin, i);
      begin = i;
      tokens = 0;
    }
    tokens += length;
  }
  if (!rows.empty()) plan.packs.emplace_back(begin, static_cast<std::int64_t>(rows.size()));
  return plan;
}

}  // namespace qinglan
