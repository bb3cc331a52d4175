#pragma once
// Related test items (one question, one document) as one column of a SeedMatrix. With groups of m_g items and
// sums T_g, the mean over items is the ratio sum T / sum m; its linearised columns are T_g/mbar - mean
// (m_g/mbar - 1), mbar = n/G: their mean is the mean over items, their scatter the ratio estimator's
// (Cochran, 2.11 and 9A).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qinglan {

class ItemGroups {
 public:
  // `group_of` [n]: any numbers, equal ones are related; empty: all `items` stand alone.
  ItemGroups(std::span<const std::int32_t> group_of, std::size_t items);

  std::size_t columns() const { return sizes_.size(); }
  bool grouped() const { return !column_of_.empty(); }
  // [n] item values -> [G] columns with the same mean.
  std::vector<double> columns_of(std::span<const double> values) const;

 private:
  std::vector<std::size_t> column_of_;  // [n], empty where every item is its own column
  std::vector<double> sizes_;           // [G]
};

}  // namespace qinglan
