#include "train/flops.h"

namespace qinglan {

double forward_flops(const ModelConfig& config, std::int64_t depth,
                     std::span<const std::vector<std::int32_t>> rows) {
  double flops = 0;
  for (const auto& row : rows) {
    const auto length = static_cast<double>(row.size());
    flops += length * token_flops(config, depth, length, /*trained=*/false);
  }
  return flops;
}

}  // namespace qinglan
