#include "metrics/item_groups.h"

#include <numeric>
#include <unordered_map>

#include "base/error.h"

namespace qinglan {

ItemGroups::ItemGroups(std::span<const std::int32_t> group_of, std::size_t items) {
  QL_CHECK(group_of.empty() || group_of.size() == items, "groups do not fit the items");
  std::unordered_map<std::int32_t, std::size_t> column;
  for (const std::int32_t group : group_of) {
    const std::size_t index = column.try_emplace(group, column.size()).first->second;
    column_of_.push_back(index);
    sizes_.resize(column.size());
    sizes_[index] += 1;
  }
  if (column.size() == items || group_of.empty()) {
    column_of_.clear();
    sizes_.assign(items, 1);
  }
}

std::vector<double> ItemGroups::columns_of(std::span<const double> values) const {
  if (!grouped()) return {values.begin(), values.end()};
  QL_CHECK(values.size() == column_of_.size(), "values do not fit the items");
  const double items = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / items;
  const double mean_size = items / static_cast<double>(columns());
  std::vector<double> sums(columns());
  for (std::size_t i = 0; i < values.size(); ++i) sums[column_of_[i]] += values[i];
  for (std::size_t g = 0; g < sums.size(); ++g) sums[g] = (sums[g] - mean * sizes_[g]) / mean_size + mean;
  return sums;
}

}  // namespace qinglan
