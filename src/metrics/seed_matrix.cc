#include "metrics/seed_matrix.h"

#include "base/error.h"

namespace qinglan {
namespace {

// In eight lanes of a fixed order: as repeatable as one running sum, and not bound by its latency.
double sum(std::span<const double> values) {
  double lanes[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8)
    for (std::size_t k = 0; k < 8; ++k) lanes[k] += values[i + k];
  for (; i < values.size(); ++i) lanes[0] += values[i];
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

}  // namespace

void SeedMatrix::add(std::span<const double> row) {
  QL_CHECK(seeds == 0 || row.size() == columns, "rows of a seed matrix differ in length");
  columns = row.size();
  values.insert(values.end(), row.begin(), row.end());
  ++seeds;
}

double SeedMatrix::mean() const {
  QL_CHECK(!values.empty(), "the mean of nothing");
  return sum(values) / static_cast<double>(values.size());
}

std::vector<double> SeedMatrix::seed_means() const {
  std::vector<double> means;
  for (std::size_t s = 0; s < seeds; ++s) means.push_back(sum(row(s)) / static_cast<double>(columns));
  return means;
}

std::vector<double> SeedMatrix::column_means() const {
  std::vector<double> means(columns);
  for (std::size_t s = 0; s < seeds; ++s) {
    const auto one = row(s);
    for (std::size_t i = 0; i < columns; ++i) means[i] += one[i];
  }
  for (double& mean : means) mean /= static_cast<double>(seeds);
  return means;
}

SeedMatrix difference(const SeedMatrix& a, const SeedMatrix& b) {
  QL_CHECK(a.seeds == b.seeds && a.columns == b.columns, "seed matrices differ in shape");
  SeedMatrix result = a;
  for (std::size_t i = 0; i < result.values.size(); ++i) result.values[i] -= b.values[i];
  return result;
}

}  // namespace qinglan
