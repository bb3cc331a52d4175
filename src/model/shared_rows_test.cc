// Documents that hold their beginnings together against the same documents each by itself.
#include "model/shared_rows.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "model/backbone.h"
#include "model/bf16_product.h"
#include "model/plain_formulas.h"

namespace qinglan {
namespace {

using Documents = std::vector<std::vector<std::int32_t>>;

TEST(SharedRows, HoldABeginningOnce) {
  const Documents documents = {{1, 2, 3, 4}, {7}, {1, 2, 5}, {1, 2, 3, 4}, {1, 2}, {1, 2, 5, 6}};
  const auto shared = SharedRows::of(pointers_to(documents));
  ASSERT_TRUE(shared);
  // Sorted: {1 2}, {1 2 3 4}, {1 2 3 4}, {1 2 5}, {1 2 5 6}, {7}.
  EXPECT_THAT(shared->own, testing::ElementsAre(2, 1, 1, 0, 2, 1));
  const auto* rows = shared->rows.const_data_ptr<std::int64_t>();
  EXPECT_THAT(std::vector(rows, rows + shared->rows.numel()),
              testing::ElementsAre(0, 1, 2, 3, 6, 0, 1, 4, 0, 1, 2, 3, 0, 1, 0, 1, 4, 5));
  const PackedBatch batch = PackedBatch::pack(pointers_to(documents), Beginnings::shared);
  EXPECT_EQ(batch.rows(), 7);
  EXPECT_EQ(batch.tokens(), 18);
  EXPECT_TRUE(torch::equal(batch.ids, torch::tensor({1, 2, 3, 4, 5, 6, 7}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(batch.positions, torch::tensor({0, 1, 2, 3, 2, 3, 0}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(batch.ids.index_select(0, batch.shared->rows), PackedBatch::pack(documents).ids));
}

TEST(SharedRows, AreNotMadeForLittle) {
  EXPECT_FALSE(SharedRows::of(pointers_to(Documents{{1, 2}, {2, 1}, {3}})));
  std::vector<std::int32_t> longer(17, 9), shorter(16, 8);
  longer[0] = shorter[0] = 1;
  EXPECT_EQ(shared_tokens({1, 2}, longer), 0) << "one of seventeen";
  EXPECT_EQ(shared_tokens({1, 2}, shorter), 1);
}

// Lengths around the blocks that attention works in, and beginnings that end anywhere in them.
Documents trees(std::uint64_t seed) {
  Random random(seed);
  Documents documents;
  for (int i = 0; i < 40; ++i) {
    std::vector<std::int32_t> document(1 + random.below(150));
    for (auto& id : document) id = static_cast<std::int32_t>(random.below(20));
    if (i % 5 > 0) {
      const auto& before = documents[random.below(documents.size())];
      const std::size_t common = 1 + random.below(before.size());
      document.insert(document.begin(), before.begin(), before.begin() + static_cast<std::ptrdiff_t>(common));
    }
    documents.push_back(document);
  }
  documents.push_back(documents[3]);
  return documents;
}

class SharedAttention : public testing::TestWithParam<std::tuple<torch::Dtype, std::int64_t, double>> {};

INSTANTIATE_TEST_SUITE_P(Shapes, SharedAttention,
                         testing::Combine(testing::Values(torch::kFloat32, torch::kBFloat16),
                                          testing::Values(kEveryDistance, 21), testing::Values(0, 0.8)));

TEST_P(SharedAttention, HasTheBitsOfDocumentsApartAndTheSumOfTheirGradients) {
  const auto [dtype, reach, cap] = GetParam();
  torch::manual_seed(6);
  for (const auto& [kv_heads, dim] : {std::pair<std::int64_t, std::int64_t>{2, 16}, {1, 40}, {4, 64}}) {
    const AttentionShape shape{4, kv_heads, dim, true, reach, 0, cap};
    const PackedBatch batch = PackedBatch::pack(pointers_to(trees(1)), Beginnings::shared);
    ASSERT_TRUE(batch.shared);
    ASSERT_LT(batch.rows() * 10, batch.tokens() * 7);
    const auto values = torch::randn({batch.rows(), (4 + 2 * kv_heads) * dim}).to(dtype);
    const auto ours = values.clone().requires_grad_(), theirs = values.clone().requires_grad_();
    const auto together = attend(ours, batch.lengths, shape, batch.shared),
               apart = attend(theirs.index_select(0, batch.shared->rows), batch.lengths, shape);
    EXPECT_TRUE(torch::equal(together.index_select(0, batch.shared->rows), apart));

    // Each row's context is read once, as from the document whose own it is.
    auto once = torch::zeros({batch.tokens(), 1});
    std::int64_t end = 0;
    for (std::size_t i = 0; i < batch.lengths.size(); ++i) {
      end += batch.lengths[i];
      once.narrow(0, end - batch.shared->own[i], batch.shared->own[i]).fill_(1);
    }
    const auto weights = torch::randn_like(together).to(dtype);
    (together * weights).sum().backward();
    (apart * weights.index_select(0, batch.shared->rows) * once.to(dtype)).sum().backward();
    const auto a = ours.grad().to(torch::kFloat64), b = theirs.grad().to(torch::kFloat64);
    const double tolerance = dtype == torch::kFloat32 ? 1e-5 : 0.03;
    EXPECT_LT((a - b).abs().max().item<double>(), tolerance * b.abs().max().item<double>());
  }
}

class SharedModel : public testing::TestWithParam<std::tuple<const char*, torch::Dtype, Pooling>> {
 protected:
  SharedModel()
      : model_(load(std::get<1>(GetParam()))), adapter_(LoraAdapter::create(model_.config(), {}, 1)) {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(8);
    for (const auto& [name, tensor] : adapter_.parameters()) tensor.normal_(0, 0.1);
    for (auto& document : documents_)
      if (document.size() > 30) document.resize(30);
  }

  static Backbone load(torch::Dtype dtype) {
    const std::string path = golden_path(std::string("architectures/") + std::get<0>(GetParam()));
    return Backbone::load(resolve_model(path, NeedTokenizer::no), dtype);
  }

  PackedBatch pack(Beginnings beginnings) const {
    return PackedBatch::pack(pointers_to(documents_), beginnings);
  }

  std::vector<torch::Tensor> pooled_and_gradients(Backbone& model, Beginnings beginnings,
                                                  Activations activations = Activations::keep) {
    model.set_trainable(true);
    const auto pooled = model.pooled(pack(beginnings), pooling_, &adapter_, activations);
    (pooled * torch::arange(1, pooled.size(0) + 1).unsqueeze(1)).square().sum().backward();
    std::vector<torch::Tensor> all{pooled.detach()};
    for (const auto& parameters : {adapter_.parameters(), model.parameters()})
      for (const auto& gradient : take_gradients(parameters)) all.push_back(gradient);
    return all;
  }

  Backbone model_;
  LoraAdapter adapter_;
  const Pooling pooling_ = std::get<2>(GetParam());
  Documents documents_ = trees(2);
};

INSTANTIATE_TEST_SUITE_P(Models, SharedModel,
                         testing::Combine(testing::Values("llama", "gpt2", "gpt_neox", "gemma2"),
                                          testing::Values(torch::kFloat32, torch::kBFloat16),
                                          testing::Values(Pooling::last, Pooling::cls, Pooling::mean)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) +
                                  torch::toString(std::get<1>(info.param)) + name_of(std::get<2>(info.param));
                         });

TEST_P(SharedModel, ComputesAndLearnsTheSame) {
  ASSERT_EQ(model_.beginnings(), Beginnings::shared);
  Backbone exact = load(torch::kFloat32);
  const auto ours = pooled_and_gradients(model_, Beginnings::shared),
             again = pooled_and_gradients(model_, Beginnings::shared, Activations::recompute),
             apart = pooled_and_gradients(exact, Beginnings::apart);
  ASSERT_EQ(ours.size(), apart.size());
  ASSERT_GT(ours.size(), adapter_.parameters().size() + 1);
  const double tolerance = std::get<1>(GetParam()) == torch::kFloat32 ? 1e-4 : 0.2;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const auto a = ours[i].to(torch::kFloat64), b = apart[i].to(torch::kFloat64);
    EXPECT_LE((a - b).norm().item<double>(), tolerance * b.norm().item<double>()) << i;
    EXPECT_TRUE(torch::equal(again[i], ours[i])) << "computed again, they are the same bits";
  }
}

TEST_P(SharedModel, GoesOnFromStatesOfAnyDepth) {
  const torch::NoGradGuard no_grad;
  const PackedBatch batch = pack(Beginnings::shared);
  const std::int64_t depth = 1;
  const auto states = model_.forward(batch, std::span(&depth, 1), &adapter_)[0];
  EXPECT_EQ(states.size(0), batch.rows());
  const auto resumed = batch.resumed(states, depth);
  EXPECT_TRUE(
      torch::equal(model_.pooled(resumed, pooling_, &adapter_), model_.pooled(batch, pooling_, &adapter_)));
}

TEST(SharedRows, AreRefusedToModelsWhoseTokensSeeWhatFollows) {
  const Backbone encoder =
      Backbone::load(resolve_model(tiny_path("tiny_bert"), NeedTokenizer::no), torch::kFloat32);
  EXPECT_EQ(encoder.beginnings(), Beginnings::apart);
  EXPECT_THROW(encoder.forward(PackedBatch::pack(pointers_to(trees(1)), Beginnings::shared)), std::exception);
  ModelConfig config = encoder.config();
  config.kind = ModelKind::decoder;
  config.rotary.long_divisor = {1, 2};
  const Backbone by_length = Backbone::random(config, 1, torch::kFloat32);
  EXPECT_EQ(by_length.beginnings(), Beginnings::apart) << "LongRoPE: positions turn otherwise in long texts";
}

}  // namespace
}  // namespace qinglan
