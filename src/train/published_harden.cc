#include "train/published_harden.h"

#include <algorithm>
#include <vector>

#include "base/error.h"

namespace qinglan {
namespace {

torch::Tensor split_at(const torch::Tensor& p, const torch::Tensor& threshold) {
  const torch::Tensor first = (p.select(1, 0) >= threshold).to(p.scalar_type());
  return torch::stack({first, 1 - first}, 1);
}

}  // namespace

torch::Tensor as_drawn(const torch::Tensor& values, std::span<const std::int64_t> drawn) {
  if (drawn.empty()) return values;
  return values.index_select(
      0, torch::tensor(std::vector<std::int64_t>(drawn.begin(), drawn.end()), torch::kInt64));
}

torch::Tensor harden_at_quantile(const torch::Tensor& p, const torch::Tensor& level) {
  QL_CHECK(p.dim() == 2 && p.size(1) == 2, "a quantile splits two classes");
  return split_at(p, torch::quantile(p.select(1, 0), level.to(p.scalar_type())));
}

torch::Tensor QuantileBuffer::harden(const torch::Tensor& p, const torch::Tensor& weak,
                                     std::span<const std::int64_t> drawn,
                                     const torch::Tensor& earlier) const {
  QL_CHECK(p.dim() == 2 && p.size(1) == 2, "a quantile splits two classes");
  const std::int64_t rows = p.size(0);
  const torch::Tensor ordered = as_drawn(p, drawn), labels = as_drawn(weak, drawn);
  const torch::Tensor seen = torch::cat({earlier.to(p.scalar_type()), ordered.select(1, 0)});
  std::vector<torch::Tensor> parts;
  for (std::int64_t begin = 0; begin < rows; begin += micro) {
    const std::int64_t end = std::min(begin + micro, rows), last = earlier.size(0) + end;
    torch::Tensor at = torch::full({}, level, p.options());
    if (level < 0)
      at = end - begin > 1 ? labels.slice(0, begin, end).select(1, 1).mean().to(p.scalar_type())
                           : at.fill_(0.5);
    const torch::Tensor buffer = seen.slice(0, std::max<std::int64_t>(0, last - size), last);
    parts.push_back(split_at(ordered.slice(0, begin, end), torch::quantile(buffer, at)));
  }
  const torch::Tensor hard = torch::cat(parts);
  if (drawn.empty()) return hard;
  const torch::Tensor places =
      torch::tensor(std::vector<std::int64_t>(drawn.begin(), drawn.end()), torch::kInt64);
  return torch::zeros_like(hard).index_copy_(0, places, hard);
}

}  // namespace qinglan
