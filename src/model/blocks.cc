#include <initializer_list>
#include <vector>

#include "model/backbone.h"
#include "model/block_inputs.h"
#include "model/products.h"

namespace qinglan {
namespace {

// (alpha / r) B A in the compute type, of matrices side by side: their A's one below the other, their B's on
// a diagonal.
products::LowRank low_rank(const LoraAdapter& adapter, std::int64_t layer,
                           std::initializer_list<LoraAdapter::Target> targets, torch::Dtype dtype) {
  std::vector<torch::Tensor> as, bs;
  for (const auto target : targets) {
    as.push_back(adapter.a(layer, target));
    bs.push_back(adapter.b(layer, target) * adapter.scale());
  }
  return {(as.size() == 1 ? as[0] : torch::cat(as)).to(dtype),
          (bs.size() == 1 ? bs[0] : torch::block_diag(bs)).to(dtype)};
}

torch::Tensor add_residual(torch::Tensor x, const torch::Tensor& update) {
  return torch::GradMode::is_enabled() ? x + update : x.add_(update);
}

// RMSNorm of each head of q and of k.
torch::Tensor norm_heads(const torch::Tensor& qkv, const torch::Tensor& q_norm, const torch::Tensor& k_norm,
                         const ModelConfig& c) {
  const auto normed = [&](std::int64_t first, std::int64_t width, const torch::Tensor& weight) {
    const auto rows = qkv.narrow(1, first, width).reshape({-1, c.head_dim});
    return rms_norm(rows, weight, c.norm_eps, c.unit_offset_norm ? 1 : 0).view({qkv.size(0), width});
  };
  const auto q = normed(0, c.q_width(), q_norm), k = normed(c.q_width(), c.kv_width(), k_norm);
  return torch::cat({q, k, qkv.narrow(1, c.q_width() + c.kv_width(), c.kv_width())}, 1);
}

}  // namespace

torch::Tensor Backbone::norm(const torch::Tensor& x, const NormWeights& weights) const {
  if (!weights.scale.defined()) return x;
  if (config_.norm == Norm::rms)
    return rms_norm(x, weights.scale, config_.norm_eps, config_.unit_offset_norm ? 1 : 0);
  return torch::layer_norm(x, {x.size(1)}, weights.scale, weights.bias, config_.norm_eps);
}

torch::Tensor Backbone::attention(std::int64_t number, const torch::Tensor& x, const BlockInputs& inputs,
                                  const torch::Tensor& base) const {
  const Layer& layer = layers_[static_cast<std::size_t>(number)];
  const auto& kind = inputs.kind_of(config_, number);
  const LoraAdapter* adapter = inputs.adapter && inputs.adapter->covers(number) ? inputs.adapter : nullptr;
  const auto terms = [&](std::initializer_list<LoraAdapter::Target> targets) {
    return low_rank(*adapter, number, targets, x.scalar_type());
  };
  auto qkv =
      adapter ? layer.qkv.adapted(x, terms({LoraAdapter::q, LoraAdapter::k, LoraAdapter::v}), layer.qkv_bias)
              : layer.qkv.linear(x, layer.qkv_bias);
  if (config_.qk_norm) qkv = norm_heads(qkv, layer.q_norm, layer.k_norm, config_);
  if (kind.rotary_rows.defined())
    qkv = rotate_(qkv, kind.rotary, kind.rotary_rows, config_.heads + config_.kv_heads, config_.head_dim);
  const auto context =
      inputs.rows(config_, number,
                  inputs.padding ? operators::attend(qkv, *inputs.padding, kind.attention)
                                 : attend(qkv, inputs.lengths, kind.attention, inputs.shared));
  return adapter ? layer.o.adapted(context, terms({LoraAdapter::o}), layer.o_bias, base)
                 : layer.o.linear(context, layer.o_bias, base);
}

torch::Tensor Backbone::feed_forward(std::int64_t number, const torch::Tensor& x,
                                     const torch::Tensor& base) const {
  const Layer& layer = layers_[static_cast<std::size_t>(number)];
  if (config_.gated)
    return gated_mlp(x, {layer.up, layer.up_bias, layer.down, layer.down_bias, config_.activation}, base);
  const auto inner = activate(layer.up.linear(x, layer.up_bias), config_.activation);
  return layer.down.linear(inner, layer.down_bias, base);
}

torch::Tensor Backbone::block(std::int64_t number, torch::Tensor x, const BlockInputs& inputs) const {
  const Layer& layer = layers_[static_cast<std::size_t>(number)];
  const torch::Tensor whole = x;  // what is attended to; the rest is done with what is read
  x = inputs.rows(config_, number, x);
  switch (config_.residual) {
    case Residual::pre_norm:
      x = attention(number, norm(whole, layer.attention_norm), inputs, x);
      return feed_forward(number, norm(x, layer.ffn_norm), x);
    case Residual::parallel: {
      const auto both = attention(number, norm(whole, layer.attention_norm), inputs) +
                        feed_forward(number, norm(x, layer.ffn_norm));
      return add_residual(x, both);
    }
    case Residual::sandwich:
      x = add_residual(
          x, norm(attention(number, norm(whole, layer.attention_norm), inputs), layer.attention_post_norm));
      return add_residual(x, norm(feed_forward(number, norm(x, layer.ffn_norm)), layer.ffn_post_norm));
    case Residual::post_norm:
      x = norm(attention(number, whole, inputs, x), layer.attention_norm);
      return norm(feed_forward(number, x, x), layer.ffn_norm);
  }
  QL_CHECK(false, "unknown residual");
}

}  // namespace qinglan
