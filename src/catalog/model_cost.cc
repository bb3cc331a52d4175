#include "catalog/model_cost.h"

#include <algorithm>

#include "catalog/weight_role.h"

namespace qinglan {
namespace {

// Keys that a token of one layer sees, on average over the text.
double keys_seen(const ModelConfig& c, std::int64_t layer, double length) {
  const double reach = c.has_window(layer) ? static_cast<double>(c.reach) : length;
  if (c.kind == ModelKind::encoder) return std::min(length, 2 * reach + 1);
  const double all = (length + 1) / 2;
  if (reach + 1 >= length) return all;
  const double window = reach + 1;  // the first `window` tokens see fewer
  return window - window * (window - 1) / (2 * length);
}

}  // namespace

double token_flops(const ModelConfig& c, std::int64_t depth, double length, bool trained) {
  const double hidden = static_cast<double>(c.hidden), q = static_cast<double>(c.q_width());
  const double projections = hidden * (2 * q + 2 * static_cast<double>(c.kv_width()));
  const double ffn = (c.gated ? 3 : 2) * hidden * static_cast<double>(c.intermediate);
  double products = static_cast<double>(depth) * (projections + ffn);
  for (std::int64_t layer = 0; layer < depth; ++layer) products += 2 * q * keys_seen(c, layer, length);
  return (trained ? 3 : 1) * 2 * products;
}

std::int64_t parameter_count(const ModelConfig& config) {
  std::int64_t count = 0;
  for (const auto& place : weights_of(config)) count += weight_shape(config, place.role).elements();
  return count;
}

}  // namespace qinglan
