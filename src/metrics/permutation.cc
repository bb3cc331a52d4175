#include "metrics/permutation.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <vector>

#include "base/random.h"

namespace qinglan {
namespace {

constexpr std::size_t kMostExact = 16;
constexpr int kDraws = 1999;

// How many differences have each size. Means over a few seeds have few sizes.
std::map<double, std::size_t> sizes_of(const std::vector<double>& differences) {
  std::map<double, std::size_t> sizes;
  for (const double one : differences) ++sizes[std::fabs(one)];
  return sizes;
}

// The sum under random signs: of m differences of one size as many are positive as m random bits are set.
double draw_sum(const std::map<double, std::size_t>& sizes, Random& random) {
  double sum = 0;
  for (const auto& [size, count] : sizes) {
    std::int64_t positive = 0;
    for (std::size_t left = count; left > 0;) {
      const std::size_t taken = std::min<std::size_t>(left, 64);
      positive += std::popcount(random.next() >> (64 - taken));
      left -= taken;
    }
    sum += size * static_cast<double>(2 * positive - static_cast<std::int64_t>(count));
  }
  return sum;
}

}  // namespace

double sign_flip_p(std::span<const double> differences, std::uint64_t seed) {
  std::vector<double> some;
  double sum = 0, scale = 0;
  for (const double one : differences) {
    if (one == 0) continue;
    some.push_back(one);
    sum += one;
    scale += std::fabs(one);
  }
  if (some.empty()) return 1;
  const double least = std::fabs(sum) - 1e-12 * scale;  // sums of equal size differ by rounding
  if (some.size() <= kMostExact) {
    const std::uint32_t all = 1u << some.size();
    std::uint32_t as_far = 0;
    for (std::uint32_t signs = 0; signs < all; ++signs) {
      double flipped = 0;
      for (std::size_t i = 0; i < some.size(); ++i) flipped += signs >> i & 1 ? some[i] : -some[i];
      as_far += std::fabs(flipped) >= least;
    }
    return static_cast<double>(as_far) / all;
  }
  const std::map<double, std::size_t> sizes = sizes_of(some);
  Random random(seed, "signs");
  int as_far = 1;
  for (int draw = 0; draw < kDraws; ++draw) as_far += std::fabs(draw_sum(sizes, random)) >= least;
  return static_cast<double>(as_far) / (kDraws + 1);
}

}  // namespace qinglan
