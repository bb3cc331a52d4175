#include "train/ueeh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

Ccs fit(const ContrastPairs& pairs, const EasyRows& easy, const CcsOptions& options) {
  return Ccs::fit([&](const CcsDirections& at) { return ueeh_value(pairs, easy, at); }, pairs.width(),
                  options, 1);
}

TEST(Ueeh, LossAndGradientAreThoseOfAutograd) {
  const Json document = golden("elicit.json"), &easy = document["easy"];
  const ContrastPairs pairs{matrix(document["first_standardised"]), matrix(document["second_standardised"])};
  const double share = 2 * easy["side"].get<double>() / 40;
  const EasyRows rows = easy_rows(vector_of(easy["odds"]), share);
  EXPECT_EQ(
      std::vector<std::int64_t>(rows.rows.data_ptr<std::int64_t>(), rows.rows.data_ptr<std::int64_t>() + 10),
      easy["rows"].get<std::vector<std::int64_t>>());
  for (const auto& one : easy["values"]) {
    const CcsDirections at{matrix(Json::array({one["weight"]})),
                           torch::tensor({one["bias"].get<double>()}, torch::kFloat64)};
    const CcsValue value = ueeh_value(pairs, rows, at);
    EXPECT_NEAR(value.loss.item<double>(), one["loss"].get<double>(), 1e-14);
    EXPECT_LT(distance(value.gradient.weight[0], vector_of(one["weight_gradient"])), 1e-14);
    EXPECT_NEAR(value.gradient.bias.item<double>(), one["bias_gradient"].get<double>(), 1e-14);
  }
}

TEST(Ueeh, EasyRowsAreBothEndsWhateverTheModelPrefers) {
  const torch::Tensor odds = torch::tensor({5.0, 3.0, 9.0, 4.0, 3.0, 7.0, 6.0, 8.0}, torch::kFloat64);
  const EasyRows easy = easy_rows(odds, 0.5);
  EXPECT_TRUE(torch::equal(easy.rows, torch::tensor({1, 4, 7, 2}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(easy.second, torch::tensor({0.0, 0.0, 1.0, 1.0}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(easy_rows(odds - 20, 0.5).rows, easy.rows));
  EXPECT_EQ(easy_rows(odds, 0.001).rows.size(0), 2);
}

TEST(Ueeh, RefusesAnswersThatTellNoRowsApart) {
  EXPECT_THROW(easy_rows(torch::ones({8}), 0.5), Error);
  EXPECT_THROW(easy_rows(torch::ones({1}), 0.5), Error);
  EXPECT_THROW(easy_rows(torch::tensor({1.0, 1.0, 1.0, 2.0}), 1), Error);
}

// A few rows that are known tell the sign, which the consistency loss alone cannot.
TEST(Ueeh, HasTheSignOfTheEasyRowsAndHoldsOnOthers) {
  const Planted data(400);
  const ContrastPairs pairs = standardised(data.pairs);
  const torch::Tensor sure = (2 * data.answer - 1).to(torch::kFloat64) * (1 + normal({400}, 11).abs());
  for (const double sign : {1.0, -1.0}) {
    const torch::Tensor p =
        fit(pairs, easy_rows(sign * sure, 0.1), {.epochs = 300}).log_probabilities(pairs).exp();
    const double right = (p.argmax(1) == data.answer).to(torch::kFloat64).mean().item<double>();
    EXPECT_GT(sign > 0 ? right : 1 - right, 0.95);
  }
}

TEST(Ueeh, TheOtherWayRoundIsTheOtherAnswer) {
  const ContrastPairs pairs = standardised(Planted(100).pairs);
  const torch::Tensor odds = normal({100}, 4);
  const CcsOptions options{.epochs = 100, .restarts = 3};
  const torch::Tensor one = fit(pairs, easy_rows(odds, 0.3), options).log_probabilities(pairs),
                      other = fit(reversed(pairs), easy_rows(-odds, 0.3), options)
                                  .log_probabilities(reversed(pairs));
  EXPECT_LT(distance(one.exp(), other.exp().flip(1)), 1e-3);
}

}  // namespace
}  // namespace qinglan
