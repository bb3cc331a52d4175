#include "model/operators.h"

#include <numeric>

#include "io/gguf.h"
#include "model/block_operators.h"
#include "model/plain_formulas.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

using Inputs = const std::vector<torch::Tensor>&;

TEST(Operators, MatchTheFormulasOfTheKernels) {
  torch::manual_seed(1);
  const auto x = torch::randn({50, 66}, torch::kFloat64) * 3,
             weight = torch::rand({66}, torch::kFloat64) + 0.5;
  for (const double offset : {0.0, 1.0})
    expect_same([&](Inputs in) { return operators::rms_norm(in[0], in[1], 1e-5, offset); },
                [&](Inputs in) { return plain_rms_norm(in[0], in[1], 1e-5, offset); }, {x, weight});
  for (const auto activation : {Activation::silu, Activation::gelu_tanh, Activation::gelu, Activation::relu})
    expect_same([&](Inputs in) { return operators::gated(in[0], activation); },
                [&](Inputs in) { return plain_gated(in[0], activation); }, {x});
  for (const std::int64_t width : {8, 6, 2}) {
    const auto table = RotaryTable::make(40, {.theta = 100.0, .width = width});
    const auto positions = torch::randint(0, 40, {50}, torch::kInt64);
    expect_same([&](Inputs in) { return operators::rotate(in[0], table, positions, 3, 8); },
                [&](Inputs in) { return plain_rotate(in[0], table, positions, 3, 8); }, {x});
  }
}

class OperatorAttention : public testing::TestWithParam<bool> {};

TEST_P(OperatorAttention, MatchesItsFormulaForEveryMixOfLengths) {
  torch::manual_seed(4);
  const std::vector<std::vector<std::int64_t>> mixes = {{1}, {5, 5}, {3, 9, 4, 1, 16, 2, 9, 40}};
  for (const auto& lengths : mixes)
    for (const auto& [kv_heads, dim] : {std::pair<std::int64_t, std::int64_t>{4, 8}, {2, 8}, {1, 40}}) {
      const std::int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
      const auto qkv = torch::randn({tokens, (4 + 2 * kv_heads) * dim}, torch::kFloat64);
      const operators::Padding padding(lengths, torch::kCPU);
      const AttentionShape plain{4, kv_heads, dim, GetParam()};
      for (const auto& shape : {plain, with_window(plain, 3), with_window(plain, 0),
                                with_cap(plain, 0.7, 1.5), with_cap(with_window(plain, 9), 0.3, 0.8)})
        expect_same([&](Inputs in) { return operators::attend(in[0], padding, shape); },
                    [&](Inputs in) { return plain_attention(in[0], lengths, shape); }, {qkv});
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, OperatorAttention, testing::Bool());

TEST(Operators, DocumentMeansAreTheMeansOfDocuments) {
  const auto hidden = torch::tensor({{1.f, 2.f}, {3.f, 6.f}, {10.f, 20.f}});
  const std::vector<std::int64_t> lengths{2, 1};
  EXPECT_TRUE(
      torch::equal(operators::document_means(hidden, lengths), torch::tensor({{2.f, 4.f}, {10.f, 20.f}})));
}

TEST(Operators, ServeTheCpuWithinTheirScopeOnly) {
  EXPECT_FALSE(operators::serve(torch::kCPU));
  EXPECT_TRUE(operators::serve(torch::kCUDA));
  const operators::OnCpu by_operators;
  EXPECT_TRUE(operators::serve(torch::kCPU));
}

// The file by the `gguf` package with every readable type, and what that package dequantizes.
TEST(BlockOperators, GoldenTypesBitForBit) {
  const GgufFile file = GgufFile::open(golden_path("gguf/types.gguf"));
  const SafetensorsFile expected = SafetensorsFile::open(golden_path("gguf/types.safetensors"));
  for (const auto& [name, view] : expected.tensors()) {
    SCOPED_TRACE(name);
    const TensorView& packed = file.tensor(name);
    const auto block = static_cast<std::int64_t>(info_of(packed.dtype).block_bytes);
    auto blocks =
        torch::empty({static_cast<std::int64_t>(packed.bytes.size()) / block, block}, torch::kUInt8);
    std::memcpy(blocks.data_ptr(), packed.bytes.data(), packed.bytes.size());
    const auto values = decode_blocks(packed.dtype, blocks).contiguous();
    ASSERT_EQ(values.nbytes(), view.bytes.size());
    EXPECT_EQ(std::memcmp(values.data_ptr(), view.bytes.data(), view.bytes.size()), 0);
  }
}

TEST(BlockOperators, RefuseATypeThatNoWeightHas) {
  EXPECT_THROW(decode_blocks(DType::i64, torch::zeros({1, 8}, torch::kUInt8)), Error);
}

}  // namespace
}  // namespace qinglan
