#pragma once
// Features shifted and scaled to mean 0 and variance 1 over some rows.

#include <vector>

#include "supervise/feature_rows.h"

namespace qinglan {

struct Standard {
  std::vector<double> mean, inverse_deviation;  // [width]; 0 of a constant feature

  Standard(const FeatureRows& features, const std::vector<std::size_t>& rows);

  double value(const FeatureRows& features, std::size_t row, std::size_t column) const {
    return (features.row(row)[column] - mean[column]) * inverse_deviation[column];
  }
};

}  // namespace qinglan
