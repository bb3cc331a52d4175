#include "train/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "catalog/method.h"
#include "train/harden.h"
#include "train/id_hash.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::golden;
using testing_support::matrix;
using testing_support::normal;

Json logconf_parameters(double alpha, double warmup, Json prior = "weak") {
  return {{"alpha", alpha}, {"warmup", warmup}, {"prior", std::move(prior)}};
}

std::vector<std::uint64_t> hashes_of(const std::vector<std::string>& ids) {
  std::vector<std::uint64_t> hashes;
  for (const auto& id : ids) hashes.push_back(id_hash(id));
  return hashes;
}

std::vector<std::uint64_t> numbered_hashes(std::int64_t rows) {
  std::vector<std::string> ids;
  for (std::int64_t i = 0; i < rows; ++i) ids.push_back("id" + std::to_string(i));
  return hashes_of(ids);
}

TEST(Objective, EveryMethodOfTheCatalogHasOneAndNoOther) {
  std::set<std::string> registered, known;
  for (const auto& entry : objectives()) EXPECT_TRUE(registered.insert(entry.name).second) << entry.name;
  for (const auto& method : methods()) known.insert(method.name);
  EXPECT_EQ(registered, known);
}

TEST(Objective, EveryMethodsDefaultsMakeAnObjective) {
  for (const auto& method : methods())
    EXPECT_NE(make_objective(method.name, resolve_parameters(method, Json::object()), 2), nullptr)
        << method.name;
}

TEST(Objective, UnknownMethodIsRefusedWithTheKnownOnes) {
  try {
    make_objective("nave", {}, 2);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("naive, logconf"));
  }
}

TEST(Objective, LossAndGradientEqualIndependentFormulas) {
  for (const auto& c : golden("objective.json")["cases"]) {
    SCOPED_TRACE(c["name"].get<std::string>());
    const auto ids = c["ids"].get<std::vector<std::string>>();
    const auto prior = c["prior"].get<std::vector<double>>();
    const auto hashes = hashes_of(ids);
    torch::Tensor logits = matrix(c["logits"]).set_requires_grad(true);
    const auto objective = make_objective(
        "logconf", logconf_parameters(c["alpha"].get<double>(), c["warmup"].get<double>()), logits.size(1));
    BatchView view{matrix(c["weak"]), torch::softmax(logits.detach(), 1), hashes, c["progress"].get<double>(),
                   prior};
    const torch::Tensor loss =
        cross_entropy_sum(logits, objective->targets(view)) / static_cast<double>(ids.size());
    loss.backward();
    EXPECT_NEAR(loss.item<double>(), c["loss"].get<double>(), 1e-12);
    EXPECT_LT((logits.grad() - matrix(c["gradient"])).abs().max().item<double>(), 1e-12);
  }
}

TEST(Objective, AlphaZeroGivesTheWeakLabelsThemselves) {
  const auto hashes = numbered_hashes(16);
  const std::vector<double> prior = {0.5, 0.5};
  const torch::Tensor weak = torch::softmax(normal({16, 2}, 3), 1).to(torch::kFloat32);
  const auto objective = make_objective("logconf", logconf_parameters(0, 0), 2);
  EXPECT_FALSE(objective->needs_batch_forward(0.9));
  EXPECT_TRUE(torch::equal(objective->targets({weak, {}, hashes, 0.9, prior}), weak));
}

TEST(Objective, WeightRisesContinuouslyAndWithoutWarmupStartsFull) {
  const auto hashes = numbered_hashes(2);
  const std::vector<double> prior = {0.5, 0.5};
  const torch::Tensor weak = torch::full({2, 2}, 0.5, torch::kFloat64);
  const torch::Tensor student = torch::tensor({{0.9, 0.1}, {0.2, 0.8}}, torch::kFloat64);
  const auto share = [&](double warmup, double progress) {
    const auto objective = make_objective("logconf", logconf_parameters(0.6, warmup), 2);
    return 2 * objective->targets({weak, student, hashes, progress, prior})[1][1].item<double>() - 1;
  };
  EXPECT_NEAR(share(0.2, 0.1), 0.3, 1e-12);
  EXPECT_NEAR(share(0.2, 0.2 - 1e-9), 0.6, 1e-8);
  EXPECT_NEAR(share(0.2, 0.2), 0.6, 1e-12);
  EXPECT_NEAR(share(0, 0), 0.6, 1e-12);
  EXPECT_EQ(share(0.2, 0), 0);
}

TEST(Objective, PriorSetsHowManyRowsAreClassOne) {
  const auto hashes = numbered_hashes(10);
  const std::vector<double> labels_prior = {0.8, 0.2};
  const torch::Tensor weak = torch::full({10, 2}, 0.5, torch::kFloat64);
  const torch::Tensor student = torch::softmax(normal({10, 2}, 9), 1);
  const auto ones = [&](const Json& prior) {
    const auto objective = make_objective("logconf", logconf_parameters(1, 0, prior), 2);
    return objective->targets({weak, student, hashes, 0.5, labels_prior}).sum(0)[1].item<double>();
  };
  EXPECT_NEAR(ones("weak"), 2, 1e-12);
  EXPECT_NEAR(ones("uniform"), 5, 1e-12);
  EXPECT_NEAR(ones(0.7), 7, 1e-12);
  EXPECT_THROW(make_objective("logconf", logconf_parameters(1, 0, 0.7), 3), Error);
  EXPECT_THROW(make_objective("logconf", logconf_parameters(1, 0, "weekly"), 2), Error);
  EXPECT_THROW(make_objective("logconf", logconf_parameters(1, 0, 1.5), 2), Error);
}

TEST(Harden, CapacitiesSumToTheRowsAndRoundHalfUp) {
  const auto capacities = [](std::int64_t rows, std::vector<double> prior) {
    return class_capacities(rows, prior);
  };
  EXPECT_THAT(capacities(32, {0.74, 0.26}), testing::ElementsAre(24, 8));  // openai's quantile gives 9
  EXPECT_THAT(capacities(3, {0.5, 0.5}), testing::ElementsAre(1, 2));
  EXPECT_THAT(capacities(4, {1, 0}), testing::ElementsAre(4, 0));
  EXPECT_THAT(capacities(10, {0.25, 0.25, 0.5}), testing::ElementsAre(2, 3, 5));
  EXPECT_THAT(capacities(2, {0.25, 0.25, 0.25, 0.25}), testing::ElementsAre(0, 0, 1, 1));
}

TEST(Harden, GreedyEqualsTheRankRuleForTwoClassesEvenWithTies) {
  Random random(17);
  for (int trial = 0; trial < 300; ++trial) {
    const auto rows = static_cast<std::int64_t>(1 + random.below(20));
    torch::Tensor p = torch::empty({rows, 2}, torch::kFloat64);
    std::vector<std::uint64_t> hashes;
    for (std::int64_t i = 0; i < rows; ++i) {
      const double one = static_cast<double>(random.below(9)) / 8;
      p[i][1] = one;
      p[i][0] = 1 - one;
      hashes.push_back(random.below(5));  // equal hashes too
    }
    const auto ones = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(rows) + 1));
    const std::vector<std::int64_t> capacities = {rows - ones, ones};
    ASSERT_EQ(harden_greedily(p, hashes, capacities), harden_by_rank(p, hashes, ones)) << "trial " << trial;
  }
}

TEST(Harden, AZeroHeadStillSplitsByThePrior) {
  const std::vector<double> prior = {0.5, 0.5};
  const auto hashes = numbered_hashes(32);
  const torch::Tensor hard = harden(torch::full({32, 2}, 0.5), hashes, prior);
  EXPECT_EQ(hard.sum(0)[1].item<double>(), 16);
  EXPECT_EQ(hard.scalar_type(), torch::kFloat32);
}

TEST(Harden, OrderOfRowsDoesNotMatter) {
  const std::vector<double> prior = {0.3, 0.3, 0.4};
  const auto hashes = numbered_hashes(12);
  const torch::Tensor p = torch::softmax(normal({12, 3}, 4).round(), 1);  // many ties
  const torch::Tensor order = torch::arange(11, -1, -1, torch::kInt64);
  const std::vector<std::uint64_t> reversed(hashes.rbegin(), hashes.rend());
  EXPECT_TRUE(torch::equal(harden(p.index_select(0, order), reversed, prior),
                           harden(p, hashes, prior).index_select(0, order)));
}

}  // namespace
}  // namespace qinglan
