#pragma once
// Multinomial logistic regression on dense features: what stages and corruptors fit to hidden states.

#include <cstdint>
#include <vector>

#include "supervise/feature_rows.h"
#include "supervise/standard.h"

namespace qinglan {

class LinearProbe {
 public:
  // Least mean cross-entropy with the targets [rows, classes] plus l2 |W|^2, by L-BFGS in fp64 from zero; the
  // bias is free.
  static LinearProbe fit(const FeatureRows& features, const std::vector<std::size_t>& rows,
                         const std::vector<float>& targets, std::size_t classes, double l2);
  std::vector<double> logits(const FeatureRows& features, std::size_t row) const;  // [K]
  const Standard& standard() const { return standard_; }

 private:
  explicit LinearProbe(Standard standard) : standard_(std::move(standard)) {}

  Standard standard_;
  std::size_t classes_ = 0;
  std::vector<double> weights_;  // [features, K], then the bias [K]
};

}  // namespace qinglan
