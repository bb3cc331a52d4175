#include "train/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "train/batch_order.h"
#include "train/flops.h"
#include "train/predict.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::fresh_folder;
using testing_support::tiny_config;
using testing_support::token_rows;

// Long enough for several chunks of packs.
std::vector<std::vector<std::int32_t>> many_rows() {
  std::vector<std::vector<std::int32_t>> rows;
  Random random(2);
  for (int i = 0; i < 1400; ++i) {
    std::vector<std::int32_t> row(10 + random.below(50));
    for (auto& id : row) id = static_cast<std::int32_t>(random.below(40));
    rows.push_back(row);
  }
  return rows;
}

const std::vector<std::vector<std::int32_t>> kFewRows = {{1, 2, 3}, {1},    {1, 2, 3, 4, 5, 6, 7},
                                                         {2},       {1, 2}, {4, 5, 6}};

TEST(PackPlan, SortsByLengthAndKeepsTheBudget) {
  const PackPlan plan = plan_packs(pointers_to(kFewRows), 5, Beginnings::apart);
  EXPECT_THAT(plan.order, testing::ElementsAre(1, 3, 4, 0, 5, 2));
  EXPECT_THAT(plan.packs, testing::ElementsAre(testing::Pair(0, 3), testing::Pair(3, 4), testing::Pair(4, 5),
                                               testing::Pair(5, 6)));
  for (const auto beginnings : {Beginnings::apart, Beginnings::shared})
    EXPECT_EQ(plan_packs(TokenRows(), 5, beginnings).size(), 0U);
}

TEST(PackPlan, PutsTogetherWhatBeginsAlikeAndCountsItOnce) {
  const PackPlan plan = plan_packs(pointers_to(kFewRows), 7, Beginnings::shared);
  EXPECT_THAT(plan.order, testing::ElementsAre(1, 4, 0, 2, 3, 5));
  EXPECT_THAT(plan.packs, testing::ElementsAre(testing::Pair(0, 4), testing::Pair(4, 6))) << "7 rows, then 4";
  const std::vector<std::vector<std::int32_t>> alike(20, std::vector<std::int32_t>(8, 1));
  EXPECT_THAT(plan_packs(pointers_to(alike), 8, Beginnings::shared).packs,
              testing::ElementsAre(testing::Pair(0, 8), testing::Pair(8, 16), testing::Pair(16, 20)))
      << "at most 8 tokens for every row of the budget";
}

TEST(BatchOrder, EveryEpochIsAPermutationOfItsOwnThatTheStepAloneGives) {
  BatchOrder order(10, 4, 3);
  EXPECT_EQ(order.steps_per_epoch(), 3);
  std::vector<std::int64_t> first, second;
  for (int step = 0; step < 3; ++step)
    for (auto row : order.rows(step)) first.push_back(row);
  for (int step = 3; step < 6; ++step)
    for (auto row : order.rows(step)) second.push_back(row);
  EXPECT_THAT(first, testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(second, testing::UnorderedElementsAreArray(first));
  EXPECT_NE(first, second);
  EXPECT_EQ(BatchOrder(10, 4, 3).rows(4), order.rows(4));
  EXPECT_NE(BatchOrder(10, 4, 4).rows(0), order.rows(0));
}

TEST(BatchOrder, BatchesMayRunOverTheEndsOfEpochs) {
  const auto all = [](BatchOrder order) {
    std::vector<std::int64_t> seen;
    for (std::int64_t step = 0; step < order.steps(); ++step) {
      const auto rows = order.rows(step);
      EXPECT_EQ(rows.size(), 4U);
      seen.insert(seen.end(), rows.begin(), rows.end());
    }
    return seen;
  };
  using Form = BatchOrder::Form;
  const BatchOrder stream(10, 4, 3, 3, Form::stream), repeat(10, 4, 3, 3, Form::repeat);
  EXPECT_EQ(stream.steps(), 6) << "3 x floor(10 / 4)";
  EXPECT_EQ(repeat.steps(), 7) << "floor(30 / 4)";
  EXPECT_EQ(repeat.end_of(1), 3);
  EXPECT_EQ(repeat.end_of(3), 7);
  const auto once = all(repeat), fresh = all(stream);
  EXPECT_TRUE(std::equal(once.begin() + 10, once.begin() + 20, once.begin())) << "one order for all epochs";
  EXPECT_TRUE(std::equal(once.begin(), once.begin() + 10, fresh.begin())) << "the first epoch's";
  EXPECT_FALSE(std::equal(fresh.begin() + 10, fresh.begin() + 20, fresh.begin()));
  EXPECT_EQ(BatchOrder(3, 4, 3, 1, Form::stream).steps(), 0);
  BatchOrder far(10, 4, 3, 3, Form::stream);
  EXPECT_EQ(far.rows(5), std::vector(fresh.begin() + 20, fresh.end())) << "the step alone gives its rows";
}

TEST(Features, AreInRowOrderAndAsWideAsTheirPoolings) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  const auto rows = token_rows(9);
  const FeaturePass pass(backbone, rows, {1, {Pooling::last, Pooling::mean}});
  const torch::Tensor features = pass.run(real_file_system(), fresh_folder("order"));
  ASSERT_EQ(features.sizes(), (std::vector<std::int64_t>{9, 32}));
  ASSERT_EQ(features.scalar_type(), torch::kBFloat16);
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PackedBatch alone = PackedBatch::pack(std::span(&rows[i], 1));
    const std::int64_t depth = 1;
    const torch::Tensor hidden = backbone.forward(alone, std::span(&depth, 1)).front();
    const torch::Tensor expected = torch::cat({hidden[-1], hidden.mean(0)});
    EXPECT_LT((features[i].to(torch::kFloat32) - expected).abs().max().item<double>(), 0.01) << i;
  }
  EXPECT_GT(pass.flops(), 0);
}

TEST(Features, OfTextsThatBeginAlikeAreThoseOfEachAlone) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  const auto rows = testing_support::rows_that_begin_alike(50);
  for (const std::int64_t depth : {0, 1, 2}) {
    const FeatureSpec spec{depth, {Pooling::last, Pooling::mean}};
    const torch::Tensor all =
        FeaturePass(backbone, rows, spec).run(real_file_system(), fresh_folder("alike"));
    for (std::int64_t i = 0; i < 50; ++i) {
      const torch::Tensor alone = FeaturePass(backbone, std::span(&rows[i], 1), spec).compute_pack(0);
      EXPECT_LT(testing_support::relative_error(all[i], alone[0]), 0.01) << i;
    }
  }
}

TEST(Features, AStoppedPassGoesOnToTheSameBits) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kBFloat16);
  const auto rows = many_rows();
  const FeaturePass pass(backbone, rows, {-1, {Pooling::last}});
  ASSERT_GT(pass.plan().size(), 9U) << "the test wants more than one chunk";
  const torch::Tensor whole = pass.run(real_file_system(), fresh_folder("whole"));
  const std::string folder = fresh_folder("stopped");
  int packs = 0;
  RunHooks hooks;
  hooks.stop = [&] { return packs >= 9; };
  hooks.progress = [&](std::int64_t, std::int64_t, double) { ++packs; };
  try {
    pass.run(real_file_system(), folder, hooks);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  packs = 0;
  hooks.stop = nullptr;
  EXPECT_TRUE(torch::equal(pass.run(real_file_system(), folder, hooks), whole));
  EXPECT_EQ(packs, static_cast<int>(pass.plan().size()) - 8) << "the first chunk is taken from the folder";
}

TEST(Features, ADamagedChunkIsComputedAnew) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  const auto rows = token_rows(20);
  const FeaturePass pass(backbone, rows, {2, {Pooling::mean}});
  const std::string folder = fresh_folder("damaged");
  const torch::Tensor first = pass.run(real_file_system(), folder);
  for (const auto& file : std::filesystem::directory_iterator(folder))
    std::fstream(file.path()).seekp(-1, std::ios::end).put('\x11');  // a number like any other
  EXPECT_TRUE(torch::equal(pass.run(real_file_system(), folder), first));
  for (const auto& file : std::filesystem::directory_iterator(folder))
    std::filesystem::resize_file(file.path(), 20);
  EXPECT_TRUE(torch::equal(pass.run(real_file_system(), folder), first));
}

TEST(Features, RefuseADepthTheModelDoesNotHave) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  const auto rows = token_rows(2);
  EXPECT_THROW(FeaturePass(backbone, rows, {3, {Pooling::last}}), Error);
  EXPECT_THROW(FeaturePass(backbone, rows, {-2, {Pooling::last}}), Error);
}

TEST(Predict, AnswersInRowOrderAndAZeroHeadIsUndecided) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  ClassificationHead head(3, 16);
  const auto rows = token_rows(7);
  EXPECT_TRUE(torch::equal(predict_logits({&backbone, &head}, rows), torch::zeros({7, 3})));
  {
    torch::NoGradGuard no_grad;
    torch::Tensor weight = head.parameters()[0].tensor;
    weight.copy_(testing_support::normal({3, 16}, 3));
  }
  const torch::Tensor all = predict_logits({&backbone, &head}, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const torch::Tensor alone = predict_logits({&backbone, &head}, std::span(&rows[i], 1));
    EXPECT_LT((all[i] - alone[0]).abs().max().item<double>(), 1e-4);
  }
}

TEST(Predict, ZeroShotReadsTheLabelTokensAtTheLastPosition) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  const auto rows = token_rows(5);
  const std::vector<std::vector<std::int32_t>> words = {{7}, {31}};
  const auto head = ClassificationHead::of_words(backbone, words);
  const torch::Tensor logits = predict_logits({&backbone, &head}, rows);
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PackedBatch alone = PackedBatch::pack(std::span(&rows[i], 1));
    const torch::Tensor full = backbone.logits(backbone.forward(alone));
    EXPECT_NEAR(logits[i][0].item<double>(), full[-1][7].item<double>(), 1e-4);
    EXPECT_NEAR(logits[i][1].item<double>(), full[-1][31].item<double>(), 1e-4);
  }
}

TEST(Predict, AWordHeadCapsAndAddsUpAlternatives) {
  ModelConfig config = tiny_config();
  config.logit_cap = 0.05;
  const Backbone backbone = Backbone::random(config, 1, torch::kFloat32);
  const auto rows = token_rows(5);
  const std::vector<std::vector<std::int32_t>> words = {{7, 3}, {31}};
  const auto head = ClassificationHead::of_words(backbone, words);
  EXPECT_EQ(head.classes(), 2);
  EXPECT_FALSE(head.is_linear());
  const torch::Tensor logits = predict_logits({&backbone, &head}, rows);
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PackedBatch alone = PackedBatch::pack(std::span(&rows[i], 1));
    const torch::Tensor full = backbone.logits(backbone.forward(alone))[-1].to(torch::kFloat64);
    EXPECT_NEAR(logits[i][0].item<double>(), (full[7].exp() + full[3].exp()).log().item<double>(), 1e-5);
    EXPECT_NEAR(logits[i][1].item<double>(), full[31].item<double>(), 1e-5);
  }
}

TEST(Predict, AWordHeadNeedsADecoderAndItsTokens) {
  ModelConfig config = tiny_config();
  const std::vector<std::vector<std::int32_t>> absent = {{40}, {1}}, words = {{2}, {1}};
  EXPECT_THROW(ClassificationHead::of_words(Backbone::random(config, 1, torch::kFloat32), absent), Error);
  EXPECT_TRUE(ClassificationHead::of_words(Backbone::random(config, 1, torch::kFloat32), words).is_linear());
  EXPECT_TRUE(ClassificationHead(3, 16).is_linear());
}

TEST(Flops, AddUpOverRows) {
  const auto rows = token_rows(6);
  double sum = 0;
  for (const auto& row : rows) sum += forward_flops(tiny_config(), 2, std::span(&row, 1));
  EXPECT_NEAR(forward_flops(tiny_config(), 2, rows), sum, 1e-6 * sum);
  EXPECT_LT(forward_flops(tiny_config(), 1, rows), sum);
}

}  // namespace
}  // namespace qinglan
