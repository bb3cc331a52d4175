#pragma once
// Rows with an answer to each, as vectors from which is told whether the answer is right: v_i = (a_ic for
// every class c, then a_ic x_i / sqrt(D) for every class c), [K (1 + D)], where x_i is the row's hidden
// state, standardized over all rows, and a_i [K] the answer. Linear in v means a linear judge for each class
// that may be answered. v is never stored whole.

#include <cstdint>
#include <span>
#include <vector>

#include "supervise/feature_rows.h"

namespace qinglan {

class AnsweredRows {
 public:
  // features [n, D]; answers [n, K], kept by reference.
  AnsweredRows(const FeatureRows& features, const FeatureRows& answers);

  std::size_t classes() const { return answers_.width; }
  std::size_t width() const { return classes() * (1 + states_.width); }
  double dot(std::size_t row, std::span<const double> weights) const;
  // sum += scale v_row
  void add(std::size_t row, double scale, std::span<double> sum) const;

 private:
  std::vector<float> values_;
  FeatureRows states_, answers_;
};

// Rows of which it is known whether their answer is right, and their shares in the mean, which sum to 1.
struct KnownAnswers {
  std::vector<std::uint32_t> rows;
  std::vector<double> right;   // 0 or 1
  std::vector<double> shares;  // empty: equal
};

// The score of each of `asked` by the linear form w v that minimizes
//   sum_i share_i BCE(w v_i, right_i) + l2 |w|^2, the weights of a_ic alone (biases) not penalized.
std::vector<double> linear_scores(const AnsweredRows& rows, const KnownAnswers& known, double l2,
                                  const std::vector<std::uint32_t>& asked);

}  // namespace qinglan
