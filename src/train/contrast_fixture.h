#pragma once
// What the tests of contrast pairs share: the golden pairs, how far numbers are apart, and invented pairs
// with a planted answer.

#include "train/contrast_pairs.h"
#include "train/testing_support.h"

namespace qinglan::testing_support {

inline ContrastPairs golden_pairs(const Json& document, const std::string& suffix = "") {
  return {matrix(document.at("first" + suffix)).to(torch::kBFloat16),
          matrix(document.at("second" + suffix)).to(torch::kBFloat16)};
}

inline torch::Tensor vector_of(const Json& values) { return matrix(Json::array({values})).squeeze(0); }

inline ContrastPairs standardised(const ContrastPairs& pairs) {
  return ContrastScale(pairs).standardised(pairs);
}

inline double distance(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

inline ContrastPairs reversed(const ContrastPairs& pairs) { return {pairs.second, pairs.first}; }

// Every row has a hidden answer; the statement that is true lies further along a direction than the one that
// is not, among much that both sides share and a word of their own on each side.
struct Planted {
  ContrastPairs pairs;   // [N, D]
  torch::Tensor answer;  // [N] 0 or 1: the class whose statement is true

  explicit Planted(std::int64_t rows, std::int64_t width = 24, std::uint64_t seed = 7) {
    answer = (normal({rows}, seed) > 0).to(torch::kInt64);
    const torch::Tensor sign = (2 * answer - 1).to(torch::kFloat64).unsqueeze(1);
    const torch::Tensor direction = normal({1, width}, seed + 1), shared = normal({rows, width}, seed + 2);
    const auto side = [&](double truth, std::uint64_t stream) {
      return shared + truth * sign * direction + 0.5 * normal({rows, width}, seed + stream) +
             3 * normal({1, width}, seed + stream + 1);
    };
    pairs = {side(-1, 3), side(1, 5)};
  }

  // Share of rows answered right, under the better of the two signs.
  double accuracy(const torch::Tensor& log_p) const {
    const double right = (log_p.argmax(1) == answer).to(torch::kFloat64).mean().item<double>();
    return std::max(right, 1 - right);
  }
};

}  // namespace qinglan::testing_support
