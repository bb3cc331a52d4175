#pragma once
// Contrast pairs (Burns et al. 2022, arXiv 2212.03827, section 2.2): hidden states of every row's text
// followed by the word of the first class, and followed by that of the second. One of the two statements is
// true. Each side is standardised apart, so that which word was read is no longer to be seen.

#include <torch/torch.h>

#include <cstdint>

namespace qinglan {

struct ContrastPairs {
  torch::Tensor first, second;  // [N, D]

  std::int64_t rows() const { return first.size(0); }
  std::int64_t width() const { return first.size(1); }
};

class ContrastScale {
 public:
  // Mean and standard deviation (over N) of every column of each side. Throws Error{invalid_input} for fewer
  // than two rows or non-finite values.
  explicit ContrastScale(const ContrastPairs& pairs);

  // (x - mean) / deviation of each side, fp32; 0 for columns that were constant.
  ContrastPairs standardised(const ContrastPairs& pairs) const;

  // What standardising takes away: (mean of the second side - mean of the first) / sqrt of the sides' mean
  // variance, [D] fp64; 0 for columns that were constant on both.
  torch::Tensor mean_difference() const;

 private:
  struct Side {
    torch::Tensor mean, inverse_deviation;  // [D] fp32
  };
  static Side measure(const torch::Tensor& side);

  Side first_, second_;
};

// x2 - x1 of every pair, [N, D] fp64.
torch::Tensor pair_differences(const ContrastPairs& pairs);

// Log-probabilities [N, 2] fp64 of the first and the second class: P(second) is the sigmoid of the difference
// along `direction` [D], in units of `deviation`.
torch::Tensor answer_along(const ContrastPairs& pairs, const torch::Tensor& direction, double deviation);

// Pearson's correlation over rows of the second class's probability in `log_p` [N, 2] with `log_odds` [N] of
// other answers: what tells the two signs of a direction apart that no label told. NaN where either is
// constant.
double agreement(const torch::Tensor& log_p, const torch::Tensor& log_odds);

}  // namespace qinglan
