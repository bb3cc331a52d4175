#include "train/ccs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "train/contrast_fixture.h"

namespace qinglan {
namespace {

using testing_support::distance;
using testing_support::golden;
using testing_support::golden_pairs;
using testing_support::matrix;
using testing_support::normal;
using testing_support::Planted;
using testing_support::reversed;
using testing_support::standardised;
using testing_support::vector_of;

ContrastPairs wide(const ContrastPairs& pairs) {
  return {pairs.first.to(torch::kFloat64), pairs.second.to(torch::kFloat64)};
}

// The starts of the golden cases beside each other.
CcsDirections starts(const Json& cases, torch::Dtype dtype) {
  std::vector<torch::Tensor> weights;
  std::vector<double> biases;
  for (const auto& one : cases) {
    weights.push_back(vector_of(one["weight"]));
    biases.push_back(one["bias"]);
  }
  return {torch::stack(weights).to(dtype), torch::tensor(biases, torch::kFloat64).to(dtype)};
}

TEST(Ccs, LossAndGradientAreThoseOfAutograd) {
  const Json document = golden("elicit.json"), &cases = document["values"];
  const ContrastPairs pairs{matrix(document["first_standardised"]), matrix(document["second_standardised"])};
  const CcsValue value = ccs_value(pairs, starts(cases, torch::kFloat64));
  for (std::size_t r = 0; r < cases.size(); ++r) {
    const auto row = static_cast<std::int64_t>(r);
    EXPECT_NEAR(value.loss[row].item<double>(), cases[r]["loss"].get<double>(), 1e-14);
    EXPECT_LT(distance(value.gradient.weight[row], vector_of(cases[r]["weight_gradient"])), 1e-14);
    EXPECT_NEAR(value.gradient.bias[row].item<double>(), cases[r]["bias_gradient"].get<double>(), 1e-14);
  }
}

TEST(Ccs, GradientIsThatOfFiniteDifferences) {
  const ContrastPairs pairs = wide(standardised(Planted(30, 5).pairs));
  const CcsDirections at{normal({1, 5}, 3), normal({1}, 4)};
  const CcsValue value = ccs_value(pairs, at);
  constexpr double kStep = 1e-6;
  const auto loss = [&](std::int64_t column, double step) {
    CcsDirections moved{at.weight.clone(), at.bias.clone()};
    if (column < 5)
      moved.weight[0][column] += step;
    else
      moved.bias[0] += step;
    return ccs_value(pairs, moved).loss.item<double>();
  };
  for (std::int64_t column = 0; column < 6; ++column) {
    const double slope = (loss(column, kStep) - loss(column, -kStep)) / (2 * kStep);
    const double given =
        (column < 5 ? value.gradient.weight[0][column] : value.gradient.bias[0]).item<double>();
    EXPECT_NEAR(given, slope, 1e-8) << column;
  }
}

TEST(Ccs, StepsAreThoseOfTorchsAdamWWithEachStartClippedForItself) {
  const Json document = golden("elicit.json");
  const ContrastPairs pairs = standardised(golden_pairs(document));
  for (const double clip : {1.0, 0.05}) {
    Json cases = Json::array();
    for (const auto& one : document["fits"])
      if (one["clip"] == clip) cases.push_back(one);
    ASSERT_FALSE(cases.empty());
    const CcsOptions options{.clip = clip, .epochs = cases[0]["epochs"]};
    const auto loss = [&](const CcsDirections& at) { return ccs_value(pairs, at); };
    const CcsDirections ends = minimize_ccs(loss, starts(cases, torch::kFloat32), options);
    const torch::Tensor losses = ccs_value(pairs, ends).loss;
    for (std::size_t r = 0; r < cases.size(); ++r) {
      const auto row = static_cast<std::int64_t>(r);
      EXPECT_LT(distance(ends.weight[row], vector_of(cases[r]["end_weight"])), 2e-4);
      EXPECT_NEAR(ends.bias[row].item<double>(), cases[r]["end_bias"].get<double>(), 2e-4);
      EXPECT_NEAR(losses[row].item<double>(), cases[r]["loss"].get<double>(), 1e-6);
    }
  }
}

TEST(Ccs, FindsAPlantedAnswerAndHoldsOnOtherRows) {
  const Planted data(400);
  const ContrastPairs some{data.pairs.first.slice(0, 0, 200), data.pairs.second.slice(0, 0, 200)};
  const ContrastScale scale(some);
  const Ccs ccs = Ccs::fit(scale.standardised(some), {}, 0);
  EXPECT_LT(ccs.loss(), 0.05);
  const torch::Tensor log_p = ccs.log_probabilities(scale.standardised(data.pairs));
  EXPECT_GT(data.accuracy(log_p), 0.95);
  EXPECT_LT(distance(log_p.exp().sum(1), torch::ones({400})), 1e-6);
}

TEST(Ccs, TheAnswerIsTheMeanOfBothSides) {
  const Json document = golden("elicit.json");
  const ContrastPairs pairs = standardised(golden_pairs(document));
  for (const auto& one : document["fits"]) {
    const CcsDirections end{matrix(Json::array({one["end_weight"]}), torch::kFloat32),
                            torch::tensor({one["end_bias"].get<float>()})};
    const torch::Tensor p = ccs_answer(pairs, end).exp();
    EXPECT_LT(distance(p.select(1, 1), vector_of(one["answer"])), 1e-5);
    EXPECT_LT(distance(p.sum(1), torch::ones({pairs.rows()})), 1e-12);
  }
}

TEST(Ccs, TheOtherWayRoundIsTheOtherAnswer) {
  const ContrastPairs pairs = standardised(Planted(100).pairs);
  const torch::Tensor one = Ccs::fit(pairs, {.epochs = 100}, 5).log_probabilities(pairs),
                      other =
                          Ccs::fit(reversed(pairs), {.epochs = 100}, 5).log_probabilities(reversed(pairs));
  EXPECT_LT(distance(one.exp(), other.exp().flip(1)), 1e-3);
}

TEST(Ccs, TheLeastLossOfAllStartsIsKept) {
  const ContrastPairs pairs = standardised(Planted(100).pairs);
  const CcsOptions options{.epochs = 20, .restarts = 6};
  const Ccs ccs = Ccs::fit(pairs, options, 2);
  ASSERT_EQ(ccs.losses().size(), 6u);
  EXPECT_EQ(ccs.loss(), *std::min_element(ccs.losses().begin(), ccs.losses().end()));
  EXPECT_LT(ccs.loss(), *std::max_element(ccs.losses().begin(), ccs.losses().end()));
  const Ccs one = Ccs::fit(pairs, {.epochs = 20, .restarts = 1}, 2);
  EXPECT_NEAR(one.losses()[0], ccs.losses()[0], 1e-5);  // more starts leave the first where it was
}

TEST(Ccs, EqualSeedsAreEqualBitsAndOthersAreNot) {
  const ContrastPairs pairs = standardised(Planted(60).pairs);
  const CcsOptions options{.epochs = 30, .restarts = 3};
  const torch::Tensor one = Ccs::fit(pairs, options, 8).log_probabilities(pairs);
  EXPECT_TRUE(torch::equal(one, Ccs::fit(pairs, options, 8).log_probabilities(pairs)));
  EXPECT_FALSE(torch::equal(one, Ccs::fit(pairs, options, 9).log_probabilities(pairs)));
}

TEST(Ccs, StopsWhenAsked) {
  const ContrastPairs pairs = standardised(Planted(20).pairs);
  RunHooks hooks;
  std::int64_t told = 0;
  hooks.progress = [&](std::int64_t, std::int64_t, double) { ++told; };
  hooks.stop = [&] { return told >= 2; };
  EXPECT_THROW(Ccs::fit(pairs, {}, 0, hooks), Error);
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace qinglan
