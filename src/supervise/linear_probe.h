#pragma once
// Multinomial logistic regression on dense features: what stages and corruptors fit to hidden states.

#include <cstdint>
#include <vector>

#include "supervise/feature_rows.h"

namespace qinglan {

// Features standardized by mean and deviation of some rows; a constant one becomes 0.
class StandardFeatures {
 public:
  StandardFeatures(const FeatureRows& features, const std::vector<std::size_t>& rows);
  std::size_t width() const { return mean_.size(); }
  double value(const FeatureRows& features, std::size_t row, std::size_t column) const {
    return (features.row(row)[column] - mean_[column]) * inverse_deviation_[column];
  }

 private:
  std::vector<double> mean_, inverse_deviation_;  // 0 of a constant feature
};

class LinearProbe {
 public:
  // Least mean cross-entropy with the targets [rows, classes] plus l2 |W|^2, by L-BFGS in fp64 from zero; the
  // bias is free.
  static LinearProbe fit(const FeatureRows& features, const std::vector<std::size_t>& rows,
                         const std::vector<float>& targets, std::size_t classes, double l2);
  std::vector<double> logits(const FeatureRows& features, std::size_t row) const;  // [K]
  const StandardFeatures& standard() const { return standard_; }

 private:
  explicit LinearProbe(StandardFeatures standard) : standard_(std::move(standard)) {}

  StandardFeatures standard_;
  std::size_t classes_ = 0;
  std::vector<double> weights_;  // [features, K], then the bias [K]
};

}  // namespace qinglan
