#include "supervise/standard.h"

#include <cmath>

namespace qinglan {

Standard::Standard(const FeatureRows& features, const std::vector<std::size_t>& rows)
    : mean(features.width, 0), inverse_deviation(features.width, 0) {
  const auto n = static_cast<double>(rows.size());
  for (const std::size_t row : rows)
    for (std::size_t d = 0; d < mean.size(); ++d) mean[d] += features.row(row)[d] / n;
  for (const std::size_t row : rows)
    for (std::size_t d = 0; d < mean.size(); ++d)
      inverse_deviation[d] += std::pow(features.row(row)[d] - mean[d], 2) / n;
  for (std::size_t d = 0; d < mean.size(); ++d) {
    const double deviation = std::sqrt(inverse_deviation[d]);
    // Below this a deviation is rounding of the mean, not information.
    inverse_deviation[d] = deviation > 1e-12 * (1 + std::abs(mean[d])) ? 1 / deviation : 0;
  }
}

}  // namespace qinglan
