#pragma once
// A residual network with one number out, in fp64, small and deterministic: h_0 = W_0 v,
// h_(j+1) = h_j + V_j relu(W_j h_j + a_j) + b_j, score = w h_B + b.

#include <cstdint>
#include <vector>

#include "supervise/answered_rows.h"

namespace qinglan {

struct ResidualShape {
  std::size_t hidden = 16, blocks = 2;
};

class ResidualNetwork {
 public:
  ResidualNetwork(const AnsweredRows& rows, const ResidualShape& shape) : rows_(rows), shape_(shape) {}

  // Parameters in one vector: W_0 [hidden, rows.width()]; of each block W [hidden, hidden], a [hidden],
  // V [hidden, hidden], b [hidden]; w [hidden], b.
  std::size_t size() const;
  // W_0 and w normal with variance 1 and 1 / hidden, W_j with 2 / hidden, by the stream "trust" of seed 0;
  // all else 0, so that blocks begin as the identity.
  std::vector<double> start() const;
  double score(std::uint32_t row, const std::vector<double>& parameters) const;
  // sum_i share_i BCE(score_i, right_i) + l2 |W|^2 over all matrices and w, but not over what W_0 has for
  // a_ic alone, a, and b. Fills its gradient.
  double loss(const KnownAnswers& known, double l2, const std::vector<double>& parameters,
              std::vector<double>& gradient) const;

 private:
  struct Pass {
    std::vector<std::vector<double>> states, inner;  // h_0 .. h_B; relu(W_j h_j + a_j)
    double score = 0;
  };
  Pass forward(std::uint32_t row, const std::vector<double>& parameters) const;
  void backward(std::uint32_t row, const Pass& pass, double slope, const std::vector<double>& parameters,
                std::vector<double>& gradient) const;
  double penalize(double l2, const std::vector<double>& parameters, std::vector<double>& gradient) const;
  std::size_t block_at(std::size_t block) const;  // offsets in the vector of parameters
  std::size_t head_at() const { return block_at(shape_.blocks); }

  const AnsweredRows& rows_;
  ResidualShape shape_;
};

}  // namespace qinglan
