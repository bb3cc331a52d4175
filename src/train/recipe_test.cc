#include "train/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "train/adamw.h"
#include "train/schedule.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::golden;
using testing_support::matrix;

TEST(AdamW, TwentyClippedStepsEqualTorchOptim) {
  const Json g = golden("adamw.json");
  const auto vector = [](const Json& v) {
    return matrix(Json::array({v}), torch::kFloat32).squeeze(0).clone();
  };
  std::vector<NamedTensor> masters = {{"w", matrix(g["start"][0], torch::kFloat32)},
                                      {"b", vector(g["start"][1])}};
  AdamW optimizer(masters, {g["beta1"].get<double>(), g["beta2"].get<double>(), g["epsilon"].get<double>(),
                            g["weight_decay"].get<double>()});
  for (std::size_t step = 0; step < 20; ++step) {
    const std::vector<torch::Tensor> gradients = {matrix(g["gradients"][step][0], torch::kFloat32),
                                                  vector(g["gradients"][step][1])};
    EXPECT_NEAR(clip_global_norm(gradients, 1.0), g["norms"][step].get<double>(), 1e-5);
    optimizer.step(gradients, g["rates"][step].get<double>());
    EXPECT_LT((masters[0].tensor - matrix(g["steps"][step][0], torch::kFloat32)).abs().max().item<double>(),
              1e-6);
    EXPECT_LT((masters[1].tensor - vector(g["steps"][step][1])).abs().max().item<double>(), 1e-6)
        << "step " << step;
  }
}

TEST(AdamW, StateTakenUpAgainGoesOnBitForBit) {
  const auto gradient = [](int i) { return testing_support::normal({6}, 100 + i).to(torch::kFloat32); };
  const auto run = [&](int from, int to, AdamW& optimizer) {
    for (int i = from; i < to; ++i) optimizer.step({gradient(i)}, 0.01);
  };
  torch::Tensor whole = torch::ones({6}), half = torch::ones({6}), taken_up = torch::empty({6});
  AdamW a({{"x", whole}}, {}), b({{"x", half}}, {}), c({{"x", taken_up}}, {});
  run(0, 10, a);
  run(0, 4, b);
  taken_up.copy_(half);
  torch::Tensor m = c.first_moments()[0].tensor, v = c.second_moments()[0].tensor;
  m.copy_(b.first_moments()[0].tensor);
  v.copy_(b.second_moments()[0].tensor);
  c.set_steps(4);
  run(4, 10, c);
  EXPECT_TRUE(torch::equal(whole, taken_up));
}

TEST(ClipGlobalNorm, LeavesSmallGradientsAndReportsBadOnes) {
  const torch::Tensor small = torch::full({4}, 0.1F), kept = small.clone();
  EXPECT_NEAR(clip_global_norm({small}, 1.0), 0.2, 1e-6);
  EXPECT_TRUE(torch::equal(small, kept));
  const torch::Tensor bad = torch::tensor({1.0F, std::numeric_limits<float>::infinity()});
  EXPECT_FALSE(std::isfinite(clip_global_norm({bad}, 1.0)));
  const torch::Tensor large = torch::full({4}, 10.0F);
  clip_global_norm({large}, 0);
  EXPECT_EQ(large[0].item<float>(), 10.0F);
}

TEST(Schedule, RisesThenFallsAsItsShapeSays) {
  const Schedule linear(Schedule::Shape::linear, 0.1, 20);
  EXPECT_DOUBLE_EQ(linear.factor(0), 0.5);
  EXPECT_DOUBLE_EQ(linear.factor(1), 1);
  EXPECT_DOUBLE_EQ(linear.factor(2), 1);
  EXPECT_DOUBLE_EQ(linear.factor(11), 0.5);
  EXPECT_DOUBLE_EQ(linear.factor(19), 1.0 / 18);
  const Schedule cosine(Schedule::Shape::cosine, 0, 10);
  EXPECT_DOUBLE_EQ(cosine.factor(0), 1);
  EXPECT_NEAR(cosine.factor(5), 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(Schedule(Schedule::Shape::constant, 0, 3).factor(2), 1);
  EXPECT_DOUBLE_EQ(Schedule(Schedule::Shape::linear, 1, 4).factor(3), 1);
  EXPECT_THROW(Schedule(Schedule::Shape::linear, 1.5, 4), Error);
  EXPECT_THROW(Schedule::shape_named("step"), Error);
}

TEST(Recipe, DefaultsAreThoseOfScience) {
  const Recipe full = Recipe::from_json({{"tune", "full"}}), lora = Recipe::from_json({{"tune", "lora"}});
  EXPECT_DOUBLE_EQ(full.lr, 3e-5);
  EXPECT_DOUBLE_EQ(lora.lr, 3e-4);
  EXPECT_DOUBLE_EQ(lora.head_lr, 1e-3);
  EXPECT_EQ(lora.lora.rank, 8);
  EXPECT_DOUBLE_EQ(lora.lora.alpha, 16);
  EXPECT_EQ(lora.epochs, 2);
  EXPECT_EQ(lora.batch, 32);
  EXPECT_EQ(lora.schedule, Schedule::Shape::linear);
  EXPECT_DOUBLE_EQ(lora.warmup, 0.1);
  EXPECT_DOUBLE_EQ(lora.clip, 1);
  EXPECT_DOUBLE_EQ(lora.adamw.beta1, 0.9);
  EXPECT_DOUBLE_EQ(lora.adamw.beta2, 0.999);
  EXPECT_EQ(lora.max_tokens, 512);
}

TEST(Recipe, ReadsEveryKeyAndRefusesWhatItDoesNotKnow) {
  const Recipe recipe = Recipe::from_json({{"tune", "lora"},
                                           {"dtype", "float32"},
                                           {"max_tokens", 64},
                                           {"pooling", Json::array({"mean"})},
                                           {"depth", 3},
                                           {"lr", 0.1},
                                           {"head_lr", 0.2},
                                           {"epochs", 1},
                                           {"batch", 4},
                                           {"micro_tokens", 100},
                                           {"schedule", "cosine"},
                                           {"warmup", 0},
                                           {"clip", 0},
                                           {"weight_decay", 0.01},
                                           {"beta1", 0.8},
                                           {"beta2", 0.99},
                                           {"lora_rank", 2},
                                           {"lora_alpha", 4},
                                           {"l2", Json::array({0.5})},
                                           {"layers", 2},
                                           {"folds", 3}});
  EXPECT_EQ(Recipe::keys().size(), 21U);
  EXPECT_EQ(recipe.layers, 2);
  EXPECT_EQ(recipe.dtype, torch::kFloat32);
  EXPECT_THAT(recipe.pooling, testing::ElementsAre(Pooling::mean));
  EXPECT_THAT(recipe.probe.l2, testing::ElementsAre(0.5));
  EXPECT_EQ(recipe.lora.rank, 2);
  try {
    Recipe::from_json({{"tune", "lora"}, {"epoch", 3}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean epochs?"));
  }
  const Json bad[] = {{{"lr", 0}},
                      {{"lr", "fast"}},
                      {{"batch", 0}},
                      {{"batch", 1.5}},
                      {{"warmup", 1.1}},
                      {{"folds", 1}},
                      {{"l2", Json::array()}},
                      {{"l2", 1}},
                      {{"schedule", "steps"}},
                      {{"pooling", "max"}},
                      {{"tune", "all"}}};
  for (Json values : bad) {
    if (!values.contains("tune")) values["tune"] = "full";
    EXPECT_THROW(Recipe::from_json(values), Error) << values;
  }
  EXPECT_THROW(Recipe::from_json(Json::object()), Error);
}

TEST(Recipe, PoolingFollowsTheKindOfModel) {
  const Recipe probe = Recipe::from_json({{"tune", "probe"}, {"pooling", "auto"}});
  const Recipe lora = Recipe::from_json({{"tune", "lora"}});
  EXPECT_THAT(probe.poolings(ModelKind::decoder), testing::ElementsAre(Pooling::last, Pooling::mean));
  EXPECT_THAT(probe.poolings(ModelKind::encoder), testing::ElementsAre(Pooling::mean));
  EXPECT_THAT(lora.poolings(ModelKind::decoder), testing::ElementsAre(Pooling::last));
  const Json two = {{"tune", "lora"}, {"pooling", Json::array({"last", "mean"})}};
  EXPECT_THROW(Recipe::from_json(two).poolings(ModelKind::decoder), Error);
  const Json first = {{"tune", "probe"}, {"pooling", "cls"}};
  EXPECT_THROW(Recipe::from_json(first).poolings(ModelKind::decoder), Error);
}

}  // namespace
}  // namespace qinglan
