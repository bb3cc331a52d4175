#include "model/kernels.h"

#include <numeric>

#include "model/attention.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

// Plain formulas in fp64.
torch::Tensor plain_rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps, double offset) {
  return x * torch::rsqrt(x.square().mean(-1, true) + eps) * (offset + weight);
}
torch::Tensor plain_gated(const torch::Tensor& x, Activation activation) {
  const auto parts = x.chunk(2, 1);
  return activate(parts[0], activation) * parts[1];
}
torch::Tensor plain_rotate(const torch::Tensor& x, const RotaryTable& table, const torch::Tensor& positions,
                           std::int64_t heads, std::int64_t dim) {
  const std::int64_t half = table.cos.size(1), turned = heads * dim;
  const auto c = table.cos.index_select(0, positions).to(x.scalar_type()).unsqueeze(1);
  const auto s = table.sin.index_select(0, positions).to(x.scalar_type()).unsqueeze(1);
  const auto all = x.narrow(1, 0, turned).view({x.size(0), heads, dim});
  const auto parts = all.narrow(2, 0, 2 * half).chunk(2, 2);
  const auto rotated = torch::cat({parts[0] * c - parts[1] * s, parts[1] * c + parts[0] * s,
                                   all.narrow(2, 2 * half, dim - 2 * half)},
                                  2)
                           .reshape({x.size(0), turned});
  return torch::cat({rotated, x.narrow(1, turned, x.size(1) - turned)}, 1);
}
torch::Tensor plain_attention(const torch::Tensor& qkv, const std::vector<std::int64_t>& lengths,
                              const AttentionShape& shape) {
  const auto [heads, kv_heads, dim, causal, reach, scale, cap] = shape;
  std::vector<torch::Tensor> contexts;
  std::int64_t first = 0;
  for (const auto length : lengths) {
    const auto document = qkv.narrow(0, first, length);
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto q = document.narrow(1, head * dim, dim);
      const std::int64_t kv = head / (heads / kv_heads);
      const auto k = document.narrow(1, (heads + kv) * dim, dim),
                 v = document.narrow(1, (heads + kv_heads + kv) * dim, dim);
      auto scores = torch::mm(q, k.t()) * (scale > 0 ? scale : 1 / std::sqrt(static_cast<double>(dim)));
      if (cap > 0) scores = cap * torch::tanh(scores / cap);
      const auto place = torch::arange(length);
      const auto distance = place.unsqueeze(1) - place;  // of query from key
      const auto hidden = causal ? (distance < 0).logical_or(distance > reach) : distance.abs() > reach;
      scores = scores.masked_fill(hidden, -std::numeric_limits<double>::infinity());
      contexts.push_back(torch::mm(torch::softmax(scores, -1), v));
    }
    first += length;
  }
  std::vector<torch::Tensor> rows;
  for (std::size_t document = 0; document < lengths.size(); ++document)
    rows.push_back(torch::cat(std::vector<torch::Tensor>(contexts.begin() + document * heads,
                                                         contexts.begin() + (document + 1) * heads),
                              1));
  return torch::cat(rows);
}

struct Run {
  torch::Tensor value;
  std::vector<torch::Tensor> grads;
};

// The value of f and the gradients of sum(value * weights) for each input.
template <typename F>
Run run(const F& f, const std::vector<torch::Tensor>& inputs, torch::Dtype dtype) {
  std::vector<torch::Tensor> leaves;
  for (const auto& input : inputs) leaves.push_back(input.to(dtype).clone().set_requires_grad(true));
  const auto value = f(leaves);
  const auto weights =
      torch::sin(torch::arange(value.numel(), torch::kFloat64) * 0.37).view(value.sizes()).to(dtype);
  (value * weights).sum().backward();
  Run result{value.detach(), {}};
  for (const auto& leaf : leaves) result.grads.push_back(leaf.grad());
  return result;
}

// `ours` on rounded inputs in `dtype` against `plain` in fp64 on the same rounded inputs.
template <typename Ours, typename Plain>
void expect_same(const Ours& ours, const Plain& plain, std::vector<torch::Tensor> inputs) {
  for (const auto& [dtype, tolerance] :
       {std::pair{torch::kFloat32, 2e-6}, std::pair{torch::kBFloat16, 1.5e-2}}) {
    for (auto& input : inputs) input = input.to(dtype).to(torch::kFloat64);
    const Run found = run(ours, inputs, dtype), expected = run(plain, inputs, torch::kFloat64);
    EXPECT_LE(relative_error(found.value, expected.value), tolerance);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      EXPECT_LE(relative_error(found.grads[i], expected.grads[i]), tolerance);
    torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> plain_inputs;
    for (const auto& input : inputs) plain_inputs.push_back(input.to(dtype));
    EXPECT_LE(relative_error(ours(plain_inputs), expected.value), tolerance);
  }
}

using Inputs = const std::vector<torch::Tensor>&;

TEST(Kernels, RmsNormMatchesItsFormula) {
  torch::manual_seed(1);
  for (const std::int64_t width : {16, 33, 576}) {
    const auto x = torch::randn({300, width}, torch::kFloat64) * 3,
               weight = torch::rand({width}, torch::kFloat64) + 0.5;
    for (const double offset : {0.0, 1.0})
      expect_same([&](Inputs in) { return rms_norm(in[0], in[1], 1e-5, offset); },
                  [&](Inputs in) { return plain_rms_norm(in[0], in[1], 1e-5, offset); }, {x, weight});
  }
}

TEST(Kernels, GatesMatchTheirFormulas) {
  torch::manual_seed(2);
  const auto x = torch::randn({70, 2 * 49}, torch::kFloat64) * 8;
  for (const auto activation : {Activation::silu, Activation::gelu_tanh, Activation::gelu, Activation::relu})
    expect_same([&](Inputs in) { return gated(in[0], activation); },
                [&](Inputs in) { return plain_gated(in[0], activation); }, {x});
}

TEST(Kernels, ExtremesStayFiniteAndNanStaysNan) {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    for (const auto activation : {Activation::silu, Activation::gelu_tanh}) {
      const auto y =
          gated(torch::tensor({{-1e4f, 1e4f, nan, 1.f, 1.f, 1.f}}).to(dtype), activation).to(torch::kFloat32);
      EXPECT_NEAR(y[0][0].item<float>(), 0, 1e-30);
      EXPECT_NEAR(y[0][1].item<float>(), 1e4, 20);
      EXPECT_TRUE(std::isnan(y[0][2].item<float>()));
    }
    const auto n = rms_norm(torch::tensor({{1.f, nan}}).to(dtype), torch::ones({2}).to(dtype), 1e-5);
    EXPECT_TRUE(torch::isnan(n).all().item<bool>());
  }
}

TEST(Kernels, RotaryMatchesItsFormula) {
  torch::manual_seed(3);
  for (const std::int64_t width : {8, 6, 2}) {
    const auto table = RotaryTable::make(40, {.theta = 100.0, .width = width});
    const auto positions = torch::randint(0, 40, {50}, torch::kInt64);
    const auto x = torch::randn({50, 5 * 8}, torch::kFloat64);
    expect_same([&](Inputs in) { return rotate_(in[0] * 1, table, positions, 3, 8); },
                [&](Inputs in) { return plain_rotate(in[0], table, positions, 3, 8); }, {x});
  }
}

TEST(Kernels, RotaryTableIsExact) {
  const auto table = RotaryTable::make(512, {.theta = 100000.0, .width = 64});
  EXPECT_EQ(table.cos[0].sum().item<float>(), 32);
  EXPECT_FLOAT_EQ(table.sin[500][7].item<float>(),
                  static_cast<float>(std::sin(500 * std::pow(1e5, -14.0 / 64))));
}

class Attention : public testing::TestWithParam<bool> {};

AttentionShape with_window(AttentionShape shape, std::int64_t reach) {
  shape.reach = reach;
  return shape;
}
AttentionShape with_cap(AttentionShape shape, double scale, double cap) {
  shape.scale = scale;
  shape.cap = cap;
  return shape;
}

TEST_P(Attention, MatchesItsFormulaForEveryMixOfLengths) {
  torch::manual_seed(4);
  const std::vector<std::vector<std::int64_t>> mixes = {
      {1}, {1, 1, 1}, {5, 5}, {3, 9, 4, 1, 16, 2, 9, 40}, {300, 2, 260}};
  for (const auto& lengths : mixes)
    for (const auto& [kv_heads, dim] : {std::pair<std::int64_t, std::int64_t>{4, 8}, {2, 8}, {1, 40}}) {
      const std::int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
      const auto qkv = torch::randn({tokens, (4 + 2 * kv_heads) * dim}, torch::kFloat64);
      const AttentionShape plain{4, kv_heads, dim, GetParam()};
      for (const auto& shape : {plain, with_window(plain, 3), with_window(plain, 70), with_window(plain, 0),
                                with_cap(plain, 0.7, 1.5), with_cap(with_window(plain, 9), 0.3, 0.8)})
        expect_same([&](Inputs in) { return attend(in[0] * 1, lengths, shape); },
                    [&](Inputs in) { return plain_attention(in[0], lengths, shape); }, {qkv});
    }
}

TEST_P(Attention, OfADocumentIsTheSameInAnyCompany) {
  torch::manual_seed(5);
  const auto qkv = torch::randn({100, 6 * 16}, torch::kFloat32);
  const AttentionShape shape{4, 1, 16, GetParam()};
  const auto alone = attend(qkv.narrow(0, 30, 63).contiguous(), {63}, shape);
  EXPECT_TRUE(torch::equal(attend(qkv, {30, 63, 7}, shape).narrow(0, 30, 63), alone));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Attention, testing::Bool());

}  // namespace
}  // namespace qinglan
