#pragma once
// S x n values of one quantity: a row a seed, a column a test item (or a group of related items). Each row's
// mean is the quantity at that seed, so that sums and differences of matrices are matrices of the sum or
// difference.

#include <cstddef>
#include <span>
#include <vector>

namespace qinglan {

struct SeedMatrix {
  std::size_t seeds = 0, columns = 0;
  std::vector<double> values;  // [S, n]

  // All rows are equally long.
  void add(std::span<const double> row);
  std::span<const double> row(std::size_t seed) const { return {values.data() + seed * columns, columns}; }
  double mean() const;
  std::vector<double> seed_means() const;    // [S]
  std::vector<double> column_means() const;  // [n]
};

// a - b, of equal shape.
SeedMatrix difference(const SeedMatrix& a, const SeedMatrix& b);

}  // namespace qinglan
