#include <initializer_list>
#include <vector>

#include "model/backbone.h"
#include "model/block_inputs.h"

namespace qinglan {
namespace {

// base + (alpha / r) x A^T B^T in the compute type, for matrices side by side: their A's stand in one
// product, their B's on the diagonal of another.
torch::Tensor add_low_rank(const torch::Tensor& base, const torch::Tensor& x, const LoraAdapter& adapter,
                           std::int64_t layer, std::initializer_list<LoraAdapter::Target> targets) {
  std::vector<torch::Tensor> as, bs;
  for (const auto target : targets) {
    as.push_back(adapter.a(layer, target));
    bs.push_back(adapter.b(layer, target) * adapter.scale());
  }
  const auto a = (as.size() == 1 ? as[0] : torch::cat(as)).to(x.scalar_type());
  const auto b = (bs.size() == 1 ? bs[0] : torch::block_diag(bs)).to(x.scalar_type());
  return torch::addmm(base, torch::linear(x, a), b.t());
}

torch::Tensor add_residual(torch::Tensor x, const torch::Tensor& update) {
  return torch::GradMode::is_enabled() ? x + update : x.add_(update);
}

}  // namespace

torch::Tensor project_qkv(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                          std::int64_t layer, const LoraAdapter* adapter) {
  const auto base = torch::linear(x, weight, bias);
  return adapter ? add_low_rank(base, x, *adapter, layer, {LoraAdapter::q, LoraAdapter::k, LoraAdapter::v})
                 : base;
}

torch::Tensor project_o(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                        std::int64_t layer, const LoraAdapter* adapter) {
  const auto base = torch::linear(x, weight, bias);
  return adapter ? add_low_rank(base, x, *adapter, layer, {LoraAdapter::o}) : base;
}

// Pre-norm: x + attention(norm(x)), then x + feed-forward(norm(x)).
torch::Tensor Backbone::decoder_block(std::int64_t number, torch::Tensor x, const BlockInputs& inputs) const {
  const Layer& layer = layers_[static_cast<std::size_t>(number)];
  auto qkv = project_qkv(rms_norm(x, layer.attention_norm, config_.norm_eps), layer.qkv, layer.qkv_bias,
                         number, inputs.adapter);
  qkv = rotate_(qkv, inputs.rotary, inputs.batch.positions, config_.heads + config_.kv_heads);
  x = add_residual(x, project_o(attend(qkv, inputs.batch.lengths, inputs.attention), layer.o, layer.o_bias,
                                number, inputs.adapter));
  const auto inner = swiglu(torch::linear(rms_norm(x, layer.ffn_norm, config_.norm_eps), layer.up));
  return add_residual(x, torch::linear(inner, layer.down));
}

// Post-norm: norm(x + attention(x)), then norm(x + feed-forward(x)).
torch::Tensor Backbone::encoder_block(std::int64_t number, torch::Tensor x, const BlockInputs& inputs) const {
  const Layer& layer = layers_[static_cast<std::size_t>(number)];
  const auto norm = [&](const torch::Tensor& sum, const torch::Tensor& weight, const torch::Tensor& bias) {
    return torch::layer_norm(sum, {config_.hidden}, weight, bias, config_.norm_eps);
  };
  const auto qkv = project_qkv(x, layer.qkv, layer.qkv_bias, number, inputs.adapter);
  const auto attended = project_o(attend(qkv, inputs.batch.lengths, inputs.attention), layer.o, layer.o_bias,
                                  number, inputs.adapter);
  x = norm(x + attended, layer.attention_norm, layer.attention_norm_bias);
  const auto inner = torch::gelu(torch::linear(x, layer.up, layer.up_bias));
  return norm(x + torch::linear(inner, layer.down, layer.down_bias), layer.ffn_norm, layer.ffn_norm_bias);
}

}  // namespace qinglan
