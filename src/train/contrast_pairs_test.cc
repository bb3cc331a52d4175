#include "train/contrast_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "train/contrast_fixture.h"
#include "train/contrast_mean.h"
#include "train/contrast_pca.h"

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

TEST(ContrastScale, EachSideIsStandardisedApartAsNumpyDoes) {
  const Json document = golden("elicit.json");
  const ContrastPairs pairs = standardised(golden_pairs(document));
  EXPECT_LT(distance(pairs.first, matrix(document["first_standardised"])), 1e-6);
  EXPECT_LT(distance(pairs.second, matrix(document["second_standardised"])), 1e-6);
  EXPECT_EQ(distance(pairs.first.select(1, -1), torch::zeros({pairs.rows()})), 0);  // a constant column
}

TEST(ContrastScale, OtherRowsAreMeasuredByThoseItWasMadeOf) {
  const Planted data(60);
  const ContrastPairs some{data.pairs.first.slice(0, 0, 40), data.pairs.second.slice(0, 0, 40)};
  const ContrastScale scale(some);
  EXPECT_LT(distance(scale.standardised(data.pairs).first.slice(0, 0, 40), scale.standardised(some).first),
            1e-6);
  EXPECT_GT(scale.standardised(data.pairs).first.slice(0, 40).mean(0).abs().max().item<double>(), 1e-3);
}

TEST(ContrastScale, WhatASideHasInCommonLeavesNoTrace) {
  const Planted data(60);
  const ContrastPairs moved{data.pairs.first * 5 + 2, data.pairs.second - 7};
  EXPECT_LT(distance(standardised(moved).first, standardised(data.pairs).first), 1e-5);
  EXPECT_LT(distance(standardised(moved).second, standardised(data.pairs).second), 1e-5);
}

TEST(ContrastScale, RefusesOneRowAndWhatIsNoNumber) {
  const Planted data(4);
  EXPECT_THROW(ContrastScale({data.pairs.first.slice(0, 0, 1), data.pairs.second.slice(0, 0, 1)}), Error);
  ContrastPairs bad{data.pairs.first.clone(), data.pairs.second};
  bad.first[2][1] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(ContrastScale{bad}, Error);
}

TEST(Agreement, IsPearsonsCorrelation) {
  const torch::Tensor p = torch::tensor({0.1, 0.4, 0.9, 0.6}, torch::kFloat64);
  const torch::Tensor log_p = torch::stack({(1 - p).log(), p.log()}, 1);
  const torch::Tensor odds = torch::tensor({-1.0, 0.5, 2.0, 0.0}, torch::kFloat64);
  // numpy.corrcoef of the two.
  EXPECT_NEAR(agreement(log_p, odds), 0.9109357, 1e-6);
  EXPECT_NEAR(agreement(log_p.flip(1), odds), -0.9109357, 1e-6);
  EXPECT_NEAR(agreement(log_p, odds * 3 + 10), 0.9109357, 1e-6);  // a bias of the answers says nothing
  EXPECT_TRUE(std::isnan(agreement(log_p, torch::zeros({4}))));
}

TEST(ContrastPca, FindsTheDirectionThatNumpyFinds) {
  const Json document = golden("elicit.json"), wanted = document["principal"];
  const ContrastPairs pairs = standardised(golden_pairs(document));
  const ContrastPca pca = ContrastPca::fit(pairs);
  EXPECT_LT(distance(pca.direction(), matrix(Json::array({wanted["direction"]})).squeeze(0)), 1e-5);
  EXPECT_NEAR(pca.share(), wanted["share"].get<double>(), 1e-6);
  const torch::Tensor p = pca.log_probabilities(pairs).exp();
  EXPECT_LT(distance(p.select(1, 1), matrix(Json::array({wanted["answer"]})).squeeze(0)), 1e-5);
  EXPECT_LT(distance(p.sum(1), torch::ones({pairs.rows()})), 1e-12);
}

TEST(ContrastPca, FindsAPlantedAnswerAndHoldsOnOtherRows) {
  const Planted data(400);
  const ContrastPairs some{data.pairs.first.slice(0, 0, 200), data.pairs.second.slice(0, 0, 200)};
  const ContrastScale scale(some);
  const ContrastPca pca = ContrastPca::fit(scale.standardised(some));
  EXPECT_GT(data.accuracy(pca.log_probabilities(scale.standardised(data.pairs))), 0.95);
}

TEST(ContrastPca, TheOtherWayRoundIsTheOtherAnswer) {
  const ContrastPairs pairs = standardised(Planted(100).pairs);
  const torch::Tensor one = ContrastPca::fit(pairs).log_probabilities(pairs),
                      other = ContrastPca::fit(reversed(pairs)).log_probabilities(reversed(pairs));
  EXPECT_LT(distance(one, other.flip(1)), 1e-9);
}

TEST(ContrastPca, RefusesPairsWithoutADifference) {
  const ContrastPairs pairs = standardised(Planted(20).pairs);
  EXPECT_THROW(ContrastPca::fit({pairs.first, pairs.first}), Error);
}

TEST(ContrastMean, IsTheDirectionThatNumpyFinds) {
  const Json document = golden("elicit.json"), wanted = document["mean_difference"];
  const ContrastPairs given = golden_pairs(document);
  const ContrastScale scale(given);
  const ContrastPairs pairs = scale.standardised(given);
  const auto row = [&](const char* key) { return matrix(Json::array({wanted[key]})).squeeze(0); };
  EXPECT_LT(distance(scale.mean_difference(), row("moved")), 1e-5);
  const ContrastMean mean = ContrastMean::fit(scale, pairs);
  EXPECT_LT(distance(mean.direction(), row("direction")), 1e-6);
  EXPECT_NEAR(mean.share(), wanted["share"].get<double>(), 1e-6);
  const torch::Tensor p = mean.log_probabilities(pairs).exp();
  EXPECT_LT(distance(p.select(1, 1), row("answer")), 1e-5);
  EXPECT_LT(distance(p.sum(1), torch::ones({pairs.rows()})), 1e-12);
}

// Where rows differ in how far the second word moves them, and that is the answer.
TEST(ContrastMean, FindsAnAnswerAlongTheMeanAndHoldsOnOtherRows) {
  Planted data(400);
  const torch::Tensor direction = normal({1, 24}, 8);  // of the fixture, seed 7
  data.pairs.second = data.pairs.second + 6 * direction;
  const ContrastPairs some{data.pairs.first.slice(0, 0, 200), data.pairs.second.slice(0, 0, 200)};
  const ContrastScale scale(some);
  const ContrastMean mean = ContrastMean::fit(scale, scale.standardised(some));
  EXPECT_GT(data.accuracy(mean.log_probabilities(scale.standardised(data.pairs))), 0.85);
}

TEST(ContrastMean, TheOtherWayRoundIsTheOtherAnswer) {
  const ContrastPairs pairs = Planted(100).pairs, turned = reversed(pairs);
  const auto answer = [](const ContrastPairs& asked) {
    const ContrastScale scale(asked);
    return ContrastMean::fit(scale, scale.standardised(asked)).log_probabilities(scale.standardised(asked));
  };
  // Both difference and direction turn round: the score stays, and the sign is anybody's to tell.
  EXPECT_LT(distance(answer(pairs), answer(turned)), 1e-5);
}

TEST(ContrastMean, RefusesSidesOfOneMean) {
  const Planted data(20);
  const ContrastPairs same{data.pairs.first, data.pairs.first};
  const ContrastScale scale(same);
  EXPECT_THROW(ContrastMean::fit(scale, scale.standardised(same)), Error);
}

}  // namespace
}  // namespace qinglan
