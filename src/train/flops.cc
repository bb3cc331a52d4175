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

double upper_flops(const ModelConfig& config, std::int64_t first, std::int64_t length, bool trained) {
  const auto tokens = static_cast<double>(length);
  return tokens *
         (token_flops(config, config.layers, tokens, trained) - token_flops(config, first, tokens, trained));
}

double answer_flops(const ModelConfig& config, const InputRows& rows) {
  double flops = 0;
  for (const auto length : rows.lengths()) flops += upper_flops(config, rows.depth(), length, false);
  return flops;
}

}  // namespace qinglan
