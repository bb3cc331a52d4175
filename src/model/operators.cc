#include "model/operators.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace qinglan::operators {
namespace {

std::atomic<bool> on_cpu{false};

// Heads [first, first + count) of the rows [B, L, heads, D] as [B, count, L, D].
torch::Tensor heads_of(const torch::Tensor& rows, std::int64_t first, std::int64_t count) {
  return rows.narrow(2, first, count).transpose(1, 2);
}

// [B or 1, 1, L, L]: whether the query (row) does not see the key (column).
torch::Tensor hidden_pairs(const Padding& padding, const AttentionShape& shape) {
  const auto options = padding.lengths.options();
  const auto place = torch::arange(padding.longest, options);
  const auto ahead = place.unsqueeze(0) - place.unsqueeze(1);  // key - query
  auto hidden = ahead.abs() > shape.reach;
  if (shape.causal) hidden = hidden.logical_or(ahead > 0);
  // A causal query of a document never sees the padding behind it.
  if (shape.causal) return hidden.view({1, 1, padding.longest, padding.longest});
  // Padding is seen by itself alone: a row that sees nothing would be NaN.
  const auto padded = place.unsqueeze(0) >= padding.lengths.unsqueeze(1);  // [B, L]
  return hidden.logical_or(padded.unsqueeze(1).logical_and(ahead != 0)).unsqueeze(1);
}

torch::Tensor by_scores(const torch::Tensor& q, torch::Tensor k, torch::Tensor v, const Padding& padding,
                        const AttentionShape& shape, double scale) {
  const std::int64_t share = shape.heads / shape.kv_heads;
  if (share > 1) k = k.repeat_interleave(share, 1), v = v.repeat_interleave(share, 1);
  auto scores = torch::matmul(q.to(torch::kFloat32), k.to(torch::kFloat32).transpose(2, 3)) * scale;
  if (shape.cap > 0) scores = shape.cap * torch::tanh(scores / shape.cap);
  scores = scores.masked_fill(hidden_pairs(padding, shape), -std::numeric_limits<float>::infinity());
  return torch::matmul(torch::softmax(scores, 3), v.to(torch::kFloat32)).to(q.scalar_type());
}

// Flash attention knows causal documents in bf16 without a window or a cap. Its backward pass has a
// deterministic form, which the memory-efficient one for fp32 has not.
bool is_flash(const torch::Tensor& q, const Padding& padding, const AttentionShape& shape) {
  return q.scalar_type() == torch::kBFloat16 && shape.causal && shape.reach >= padding.longest &&
         shape.cap == 0;
}

}  // namespace

bool serve(const torch::Device& device) { return !device.is_cpu() || on_cpu; }

OnCpu::OnCpu() { on_cpu = true; }
OnCpu::~OnCpu() { on_cpu = false; }

torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps, double offset) {
  const auto wide = x.to(torch::kFloat32);
  const auto scale = torch::rsqrt(wide.square().mean(1, /*keepdim=*/true) + eps);
  return (wide * scale * (weight.to(torch::kFloat32) + offset)).to(x.scalar_type());
}

torch::Tensor gated(const torch::Tensor& gate_up, Activation activation) {
  const auto parts = gate_up.to(torch::kFloat32).chunk(2, 1);
  return (activate(parts[0], activation) * parts[1]).to(gate_up.scalar_type());
}

torch::Tensor rotate(const torch::Tensor& x, const RotaryTable& table, const torch::Tensor& rows,
                     std::int64_t heads, std::int64_t head_dim) {
  const std::int64_t pairs = table.cos.size(1), tokens = x.size(0), width = heads * head_dim;
  const auto turned = x.narrow(1, 0, width).view({tokens, heads, head_dim}).to(torch::kFloat32);
  const auto cos = table.cos.index_select(0, rows).unsqueeze(1),
             sin = table.sin.index_select(0, rows).unsqueeze(1);
  const auto first = turned.narrow(2, 0, pairs), second = turned.narrow(2, pairs, pairs);
  std::vector<torch::Tensor> parts{first * cos - second * sin, second * cos + first * sin};
  if (2 * pairs < head_dim) parts.push_back(turned.narrow(2, 2 * pairs, head_dim - 2 * pairs));
  const auto rotated = torch::cat(parts, 2).view({tokens, width}).to(x.scalar_type());
  return width == x.size(1) ? rotated : torch::cat({rotated, x.narrow(1, width, x.size(1) - width)}, 1);
}

Padding::Padding(const std::vector<std::int64_t>& lengths, const torch::Device& device)
    : documents(static_cast<std::int64_t>(lengths.size())),
      longest(*std::max_element(lengths.begin(), lengths.end())) {
  std::vector<std::int64_t> filled, places;
  std::int64_t first = 0;
  for (std::int64_t document = 0; document < documents; ++document) {
    const std::int64_t length = lengths[static_cast<std::size_t>(document)];
    for (std::int64_t i = 0; i < longest; ++i) {
      filled.push_back(first + std::min(i, length - 1));
      if (i < length) places.push_back(document * longest + i);
    }
    first += length;
  }
  from = torch::tensor(filled, torch::kInt64).to(device);
  back = torch::tensor(places, torch::kInt64).to(device);
  this->lengths = torch::tensor(lengths, torch::kInt64).to(device);
}

torch::Tensor attend(const torch::Tensor& qkv, const Padding& padding, const AttentionShape& shape) {
  const auto padded =
      qkv.index_select(0, padding.from).view({padding.documents, padding.longest, -1, shape.head_dim});
  const auto q = heads_of(padded, 0, shape.heads), k = heads_of(padded, shape.heads, shape.kv_heads),
             v = heads_of(padded, shape.heads + shape.kv_heads, shape.kv_heads);
  const double scale = shape.scale > 0 ? shape.scale : 1 / std::sqrt(static_cast<double>(shape.head_dim));
  const auto context = is_flash(q, padding, shape)
                           ? torch::scaled_dot_product_attention(q, k, v, {}, 0.0, /*is_causal=*/true, scale,
                                                                 shape.heads != shape.kv_heads)
                           : by_scores(q, k, v, padding, shape, scale);
  return context.transpose(1, 2)
      .reshape({padding.documents * padding.longest, shape.heads * shape.head_dim})
      .index_select(0, padding.back);
}

torch::Tensor document_means(const torch::Tensor& hidden, std::span<const std::int64_t> lengths) {
  auto shares = torch::zeros({static_cast<std::int64_t>(lengths.size()), hidden.size(0)}, torch::kFloat32);
  std::int64_t first = 0;
  for (std::size_t document = 0; document < lengths.size(); ++document) {
    shares[static_cast<std::int64_t>(document)]
        .narrow(0, first, lengths[document])
        .fill_(1.0 / static_cast<double>(lengths[document]));
    first += lengths[document];
  }
  return shares.to(hidden.device()).mm(hidden.to(torch::kFloat32));
}

}  // namespace qinglan::operators
