#include "metrics/permutation.h"

#include <cmath>
#include <vector>

#include "base/random.h"

namespace qinglan {
namespace {

constexpr std::size_t kMostExact = 16;
constexpr int kDraws = 1999;

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
  Random random(seed, "signs");
  int as_far = 1;
  for (int draw = 0; draw < kDraws; ++draw) {
    double flipped = 0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (i % 64 == 0) bits = random.next();
      flipped += bits >> i % 64 & 1 ? some[i] : -some[i];
    }
    as_far += std::fabs(flipped) >= least;
  }
  return static_cast<double>(as_far) / (kDraws + 1);
}

}  // namespace qinglan
