#include "train/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "catalog/schedule.h"
#include "model/operators.h"
#include "train/adamw.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::golden;
using testing_support::matrix;

void expect_steps_of_torch_optim() {
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
    const double norm = global_norm(gradients);
    EXPECT_NEAR(norm, g["norms"][step].get<double>(), 1e-5);
    optimizer.step(gradients, g["rates"][step].get<double>(), clip_factor(norm, 1.0));
    EXPECT_LT((masters[0].tensor - matrix(g["steps"][step][0], torch::kFloat32)).abs().max().item<double>(),
              1e-6);
    EXPECT_LT((masters[1].tensor - vector(g["steps"][step][1])).abs().max().item<double>(), 1e-6)
        << "step " << step;
  }
}

TEST(AdamW, TwentyClippedStepsEqualTorchOptim) { expect_steps_of_torch_optim(); }

// What a device without our kernels computes.
TEST(AdamW, TwentyClippedStepsEqualTorchOptimByOperators) {
  const operators::OnCpu by_operators;
  expect_steps_of_torch_optim();
}

// The first step is lr, whatever the betas are; 1 - 0.999999 of fp32 numbers is 1% off.
TEST(AdamW, SlowMomentsAreThoseOfTheirBetas) {
  for (const double beta : {0.9, 0.999, 0.999999}) {
    const torch::Tensor w = torch::zeros({3});
    AdamW optimizer({{"w", w}}, {.beta1 = beta, .beta2 = beta, .epsilon = 1e-12});
    optimizer.step({torch::full({3}, 0.5)}, 1e-2);
    EXPECT_NEAR(w[0].item<double>(), -1e-2, 1e-8) << beta;
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

// Words 3 and 9 of a vocabulary of 12 occur, 9 twice; later words 0 and 3.
torch::Tensor row_gradient(const std::vector<std::int64_t>& words, std::uint64_t seed) {
  const auto count = static_cast<std::int64_t>(words.size());
  return torch::sparse_coo_tensor(torch::tensor(words, torch::kInt64).unsqueeze(0),
                                  testing_support::normal({count, 5}, seed).to(torch::kFloat32), {12, 5})
      .coalesce();
}

TEST(AdamW, SparseRowsMoveAsInADenseStep) {
  for (const double decay : {0.0, 0.1}) {
    const auto start = testing_support::normal({12, 5}, 1).to(torch::kFloat32);
    torch::Tensor dense = start.clone(), sparse = start.clone(), taken_up = start.clone();
    AdamW a({{"w", dense}}, {.weight_decay = decay}), b({{"w", sparse}}, {.weight_decay = decay}),
        c({{"w", taken_up}}, {.weight_decay = decay});
    for (int step = 0; step < 6; ++step) {
      const auto gradient = step < 3 ? row_gradient({3, 9, 9}, 10 + step) : row_gradient({0, 3}, 10 + step);
      EXPECT_NEAR(global_norm({gradient}), global_norm({gradient.to_dense()}), 1e-5);
      a.step({gradient.to_dense()}, 0.01, 0.5);
      b.step({gradient}, 0.01, 0.5);
      if (step == 2) {
        taken_up.copy_(sparse);
        for (auto [to, from] : {std::pair(c.first_moments(), b.first_moments()),
                                std::pair(c.second_moments(), b.second_moments())})
          to[0].tensor.copy_(from[0].tensor);
        c.set_steps(3);
      } else if (step > 2) {
        c.step({gradient}, 0.01, 0.5);
      }
    }
    EXPECT_TRUE(torch::equal(dense, sparse));
    EXPECT_TRUE(torch::equal(dense, taken_up));
    EXPECT_FALSE(torch::equal(dense, start));
  }
}

TEST(AdamW, WritesRoundedMastersAndTakesBf16Gradients) {
  // More elements than one block, so that threads share them.
  const auto start = testing_support::normal({300, 301}, 2).to(torch::kFloat32);
  const auto gradient = testing_support::normal({300, 301}, 3).to(torch::kBFloat16);
  torch::Tensor one = start.clone(), other = start.clone(), copy = torch::zeros({300, 301}, torch::kBFloat16);
  AdamW a({{"w", one}}, {}), b({{"w", other}}, {}, {copy});
  for (int step = 0; step < 3; ++step) {
    a.step({gradient.to(torch::kFloat32)}, 0.01);
    b.step({gradient}, 0.01);
  }
  EXPECT_TRUE(torch::equal(one, other));
  EXPECT_TRUE(torch::equal(copy, one.to(torch::kBFloat16)));
  EXPECT_NEAR(global_norm({gradient}), gradient.to(torch::kFloat64).norm().item<double>(), 1e-3);
}

TEST(Clipping, LeavesSmallGradientsAndReportsBadOnes) {
  EXPECT_NEAR(global_norm({torch::full({4}, 0.1F)}), 0.2, 1e-6);
  EXPECT_EQ(clip_factor(0.2, 1.0), 1);
  EXPECT_NEAR(clip_factor(4, 1.0), 0.25, 1e-6);
  EXPECT_EQ(clip_factor(4, 0), 1);
  EXPECT_FALSE(std::isfinite(global_norm({torch::tensor({1.0F, std::numeric_limits<float>::infinity()})})));
  EXPECT_TRUE(std::isnan(global_norm({torch::tensor({1.0F, std::nanf("")})})));
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
  const Schedule steps(Schedule::Shape::cosine, {0.5, 4, /*from_zero=*/true}, 12);
  EXPECT_DOUBLE_EQ(steps.factor(0), 0);
  EXPECT_DOUBLE_EQ(steps.factor(1), 0.25);
  EXPECT_DOUBLE_EQ(steps.factor(4), 1);
  EXPECT_NEAR(steps.factor(8), 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(Schedule(Schedule::Shape::cosine, {0, 40}, 20).factor(19), 0.5) << "never warm";
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
  EXPECT_DOUBLE_EQ(lora.warmup.share, 0.1);
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
                                           {"warmup_steps", 40},
                                           {"ramp", "zero"},
                                           {"order", "stream"},
                                           {"decay", "matrices"},
                                           {"head", "small"},
                                           {"clip", 0},
                                           {"weight_decay", 0.01},
                                           {"beta1", 0.8},
                                           {"beta2", 0.99},
                                           {"lora_rank", 2},
                                           {"lora_alpha", 4},
                                           {"l2", Json::array({0.5})},
                                           {"layers", 2},
                                           {"folds", 3},
                                           {"validation", 0.2},
                                           {"stop", "weak-validation"},
                                           {"label_words", Json::array({"a", Json::array({"b", "c"})})}});
  EXPECT_EQ(Recipe::keys().size(), 29U);
  EXPECT_EQ(recipe.validation, 0.2);
  EXPECT_TRUE(recipe.best_epoch);
  EXPECT_EQ(recipe.layers, 2);
  EXPECT_EQ(recipe.warmup.steps, 40);
  EXPECT_TRUE(recipe.warmup.from_zero);
  EXPECT_EQ(recipe.order, BatchOrder::Form::stream);
  EXPECT_FALSE(recipe.decay_vectors);
  EXPECT_TRUE(recipe.small_head);
  EXPECT_EQ(recipe.label_words, (LabelWords{{"a"}, {"b", "c"}}));
  EXPECT_EQ(recipe.dtype, torch::kFloat32);
  EXPECT_THAT(recipe.pooling, testing::ElementsAre(Pooling::mean));
  EXPECT_THAT(recipe.probe.l2, testing::ElementsAre(0.5));
  EXPECT_EQ(recipe.lora.rank, 2);
  for (const Json& bad : {Json("a"), Json::array({1}), Json::array({Json::array()})})
    EXPECT_THROW(Recipe::from_json({{"tune", "lora"}, {"label_words", bad}}), Error) << bad;
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
                      {{"warmup_steps", 0}},
                      {{"ramp", "none"}},
                      {{"order", "random"}},
                      {{"decay", "vectors"}},
                      {{"head", "words"}},
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
