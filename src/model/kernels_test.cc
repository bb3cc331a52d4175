#include "model/kernels.h"

#include <numeric>

#include "model/attention.h"
#include "model/plain_formulas.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

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
  const AttentionShape shape{4, 1, 16, GetParam()};
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    const auto qkv = torch::randn({100, 6 * 16}).to(dtype);
    const auto alone = attend(qkv.narrow(0, 30, 63).contiguous(), {63}, shape);
    EXPECT_TRUE(torch::equal(attend(qkv, {30, 63, 7}, shape).narrow(0, 30, 63), alone));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Attention, testing::Bool());

}  // namespace
}  // namespace qinglan
