#include "supervise/neighbours.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::size_t kBlock = 64;  // queries that see a candidate while it is in cache
constexpr std::size_t kLanes = 16;  // sums side by side, so that the compiler can use vectors

using Near = std::pair<float, std::uint32_t>;  // squared distance, row: compares by both

// The sum of term(a_i, b_i).
template <typename Term>
float sum_of_terms(std::span<const float> a, std::span<const float> b, Term term) {
  float sums[kLanes] = {};
  const float *x = a.data(), *y = b.data();
  const std::size_t whole = a.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += term(x[i + lane], y[i + lane]);
  for (std::size_t i = whole; i < a.size(); ++i) sums[i - whole] += term(x[i], y[i]);
  float sum = 0;
  for (const float part : sums) sum += part;
  return sum;
}

}  // namespace

float squared_distance(std::span<const float> a, std::span<const float> b) {
  return sum_of_terms(a, b, [](float x, float y) { return (x - y) * (x - y); });
}

float inner_product(std::span<const float> a, std::span<const float> b) {
  return sum_of_terms(a, b, [](float x, float y) { return x * y; });
}

std::vector<std::uint32_t> nearest_rows(const FeatureRows& features,
                                        const std::vector<std::uint32_t>& queries,
                                        const std::vector<std::uint32_t>& candidates, std::size_t k) {
  QL_CHECK(k < candidates.size(), "fewer candidates than neighbours");
  std::vector<std::uint32_t> nearest;
  nearest.reserve(queries.size() * k);
  std::vector<std::vector<Near>> near(std::min(kBlock, queries.size()));
  for (std::size_t start = 0; start < queries.size(); start += kBlock) {
    const std::size_t count = std::min(kBlock, queries.size() - start);
    for (auto& list : near) list.clear();
    for (const std::uint32_t candidate : candidates)
      for (std::size_t q = 0; q < count; ++q)
        if (const std::uint32_t query = queries[start + q]; query != candidate)
          near[q].emplace_back(squared_distance(features.row(query), features.row(candidate)), candidate);
    for (std::size_t q = 0; q < count; ++q) {
      const auto end = near[q].begin() + static_cast<std::ptrdiff_t>(k);
      std::partial_sort(near[q].begin(), end, near[q].end());
      for (auto it = near[q].begin(); it != end; ++it) nearest.push_back(it->second);
    }
  }
  return nearest;
}

}  // namespace qinglan
