#include "train/packing.h"

#include <algorithm>
#include <numeric>

namespace qinglan {

PackPlan plan_packs(std::span<const std::vector<std::int32_t>> rows, std::int64_t token_budget) {
  std::vector<std::int64_t> lengths;
  lengths.reserve(rows.size());
  for (const auto& row : rows) lengths.push_back(static_cast<std::int64_t>(row.size()));
  return plan_packs(lengths, token_budget);
}

PackPlan plan_packs(std::span<const std::int64_t> lengths, std::int64_t token_budget) {
  PackPlan plan;
  plan.order.resize(lengths.size());
  std::iota(plan.order.begin(), plan.order.end(), 0);
  std::stable_sort(plan.order.begin(), plan.order.end(),
                   [&](auto a, auto b) { return lengths[a] < lengths[b]; });
  std::int64_t begin = 0, tokens = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(lengths.size()); ++i) {
    const std::int64_t length = lengths[plan.order[i]];
    if (i > begin && tokens + length > token_budget) {
      plan.packs.emplace_back(begin, i);
      begin = i;
      tokens = 0;
    }
    tokens += length;
  }
  if (!lengths.empty()) plan.packs.emplace_back(begin, static_cast<std::int64_t>(lengths.size()));
  return plan;
}

}  // namespace qinglan
