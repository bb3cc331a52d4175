#include "train/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "catalog/method.h"
#include "data/id_hash.h"
#include "train/harden.h"
#include "train/objectives/all.h"
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

// A batch of one method, with the loss that a trainer takes.
struct Scored {
  const Objective& objective;
  Aim aim;

  static Scored of(const Objective& objective, const BatchView& view) {
    return {objective, objective.aim(view)};
  }
  torch::Tensor loss(const torch::Tensor& logits) const {
    const torch::Tensor losses = objective.losses(logits, aim.targets);
    return (aim.weights.defined() ? losses * aim.weights : losses).sum() /
           static_cast<double>(logits.size(0));
  }
};

struct GoldenCase {
  explicit GoldenCase(const Json& c)
      : hashes(numbered_hashes(static_cast<std::int64_t>(c["weak"].size()))),
        logits(matrix(c["logits"])),
        weak(matrix(c["weak"])),
        objective(make_objective(c["method"], c["parameters"], logits.size(1))),
        progress(c["progress"]),
        median_margin(c["median_margin"]) {}
  BatchView view() const { return {weak, torch::softmax(logits, 1), hashes, progress, prior, median_margin}; }

  std::vector<std::uint64_t> hashes;
  std::vector<double> prior;
  torch::Tensor logits, weak;
  std::unique_ptr<Objective> objective;
  double progress, median_margin;
};

TEST(Objective, EveryMethodsLossAndGradientEqualItsFormula) {
  std::set<std::string> seen{"logconf"};  // has a golden file of its own
  const Json file = golden("objectives.json");
  for (const auto& c : file["cases"]) {
    SCOPED_TRACE(c["method"].get<std::string>() + c["parameters"].dump());
    seen.insert(c["method"].get<std::string>());
    const GoldenCase batch(c);
    const Scored scored = Scored::of(*batch.objective, batch.view());
    torch::Tensor logits = batch.logits.clone().requires_grad_();
    const torch::Tensor loss = scored.loss(logits);
    loss.backward();
    EXPECT_NEAR(loss.item<double>(), c["loss"].get<double>(), 1e-12);
    EXPECT_LT((logits.grad() - matrix(c["gradient"])).abs().max().item<double>(), 1e-12);
  }
  for (const auto& method : methods())
    EXPECT_TRUE(seen.contains(method.name)) << method.name << " has no golden case";
}

// Two rows with weak labels and one with a true label, which is the last.
struct GoldBatch {
  torch::Tensor weak = torch::tensor({{0.7, 0.3}, {0.2, 0.8}, {1.0, 0.0}}, torch::kFloat64);
  torch::Tensor student = torch::tensor({{0.6, 0.4}, {0.9, 0.1}, {0.3, 0.7}}, torch::kFloat64);
  std::vector<std::uint64_t> hashes = numbered_hashes(3);
  std::vector<double> prior{0.5, 0.5};
  BatchView view() const { return {weak, student, hashes, 0.9, prior}; }
};

TEST(AimOf, AnchoredRowsKeepTheirLabels) {
  const GoldBatch batch;
  const auto objective = make_objective("logconf", logconf_parameters(0.5, 0.1), 2);
  BatchView view = batch.view();
  const torch::Tensor plain = aim_of(*objective, view).targets;
  EXPECT_FALSE(torch::equal(plain[2], batch.weak[2]));
  view.shares.anchored = torch::tensor({false, false, true});
  const torch::Tensor anchored = aim_of(*objective, view).targets;
  EXPECT_TRUE(torch::equal(anchored[2], batch.weak[2]));
  EXPECT_TRUE(torch::equal(anchored.slice(0, 0, 2), plain.slice(0, 0, 2)));
}

TEST(AimOf, WeightsAreSharesOfTheWholeBatch) {
  const GoldBatch batch;
  BatchView view = batch.view();
  view.shares.weights = torch::tensor({1.0, 1.0, 4.0}, torch::kFloat64);
  const auto naive = make_objective("naive", Json::object(), 2);
  const torch::Tensor logits = normal({3, 2}, 5), losses = cross_entropy(logits, batch.weak);
  const torch::Tensor expected = (losses * view.shares.weights).sum() / 6;
  EXPECT_NEAR((losses * aim_of(*naive, view).weights).mean().item<double>(), expected.item<double>(), 1e-15);
  const auto window = make_objective("window", {{"radius", 0.15}}, 2);  // leaves out row 1
  const torch::Tensor kept = torch::tensor({1.0, 0.0, 0.0}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(aim_of(*window, view).weights, kept * view.shares.weights / 2));
}

TEST(AimOf, WithoutSharesItIsTheObjectives) {
  const GoldBatch batch;
  for (const auto& method : methods()) {
    const auto objective = make_objective(method.name, resolve_parameters(method, Json::object()), 2);
    const Aim plain = objective->aim(batch.view()), same = aim_of(*objective, batch.view());
    EXPECT_TRUE(torch::equal(plain.targets, same.targets)) << method.name;
    EXPECT_EQ(plain.weights.defined(), same.weights.defined()) << method.name;
  }
}

TEST(Objective, GradientsAreThoseOfFiniteDifferences) {
  constexpr double kStep = 1e-6;
  const Json file = golden("objectives.json");
  for (const auto& c : file["cases"]) {
    SCOPED_TRACE(c["method"].get<std::string>() + c["parameters"].dump());
    const GoldenCase batch(c);
    const Scored scored = Scored::of(*batch.objective, batch.view());
    torch::Tensor logits = batch.logits.clone().requires_grad_();
    scored.loss(logits).backward();
    for (std::int64_t k = 0; k < logits.size(1); ++k) {
      torch::Tensor up = batch.logits.clone(), down = batch.logits.clone();
      up[1][k] += kStep, down[1][k] -= kStep;
      const double slope = (scored.loss(up) - scored.loss(down)).item<double>() / (2 * kStep);
      EXPECT_NEAR(logits.grad()[1][k].item<double>(), slope, 1e-8);
    }
  }
}

TEST(Objective, NeitherOrderNorCutOfTheBatchMatters) {
  const Json file = golden("objectives.json");
  for (const auto& c : file["cases"]) {
    SCOPED_TRACE(c["method"].get<std::string>() + c["parameters"].dump());
    GoldenCase batch(c);
    const Scored scored = Scored::of(*batch.objective, batch.view());
    const double whole = scored.loss(batch.logits).item<double>();
    double cut = 0;
    for (const auto& [first, last] : {std::pair{0, 5}, std::pair{5, 12}}) {
      const torch::Tensor losses = batch.objective->losses(batch.logits.slice(0, first, last),
                                                           scored.aim.targets.slice(0, first, last));
      cut += (scored.aim.weights.defined() ? losses * scored.aim.weights.slice(0, first, last) : losses)
                 .sum()
                 .item<double>();
    }
    EXPECT_NEAR(cut / 12, whole, 1e-12);
    batch.logits = batch.logits.flip(0), batch.weak = batch.weak.flip(0);
    std::reverse(batch.hashes.begin(), batch.hashes.end());
    EXPECT_NEAR(Scored::of(*batch.objective, batch.view()).loss(batch.logits).item<double>(), whole, 1e-12);
  }
}

TEST(Objective, SwitchedOffMethodsAreNaive) {
  const Json off = Json::parse(R"({
    "logconf": {"alpha": 0, "warmup": 0.2, "prior": "weak"}, "smoothing": {"eps": 0}, "temperature": {"T": 1},
    "window": {"radius": 1}, "entropy": {"alpha": 0, "warmup": 0.2}, "entropy_compat": {"alpha": 0, "warmup": 0.2},
    "symmetric": {"alpha": 1, "beta": 0, "eps": 0.001}, "forward": {"noise": 0}, "cace": {"margin": 0, "eps": 0.001},
    "channel": {"alpha": 0, "warmup": 0.2, "strength": 8}, "product": {"alpha": 1, "beta": 0, "warmup": 0.1},
    "augconf": {"alpha": 0, "warmup": 0.3, "T": 1}, "kl": {}})");
  const auto hashes = numbered_hashes(16);
  const std::vector<double> prior = {0.5, 0.5};
  const torch::Tensor weak = torch::softmax(normal({16, 2}, 3), 1), logits = normal({16, 2}, 4);
  const auto gradient = [&](const std::string& name, const Json& parameters) {
    const auto objective = make_objective(name, parameters, 2);
    const auto scored = Scored::of(*objective, {weak, torch::softmax(logits, 1), hashes, 0.5, prior});
    const torch::Tensor z = logits.clone().requires_grad_();
    scored.loss(z).backward();
    return z.grad();
  };
  const torch::Tensor naive = gradient("naive", Json::object());
  for (const auto& [name, parameters] : off.items())
    EXPECT_LT((gradient(name, parameters) - naive).abs().max().item<double>(), 1e-15) << name;
}

TEST(Objective, TiesOfTheArgmaxGoToTheLowestClass) {
  const torch::Tensor p = torch::tensor({{0.4, 0.4, 0.2}, {0.2, 0.4, 0.4}}, torch::kFloat64);
  EXPECT_TRUE(torch::equal(one_hot_argmax(p), torch::tensor({{1., 0., 0.}, {0., 1., 0.}}, torch::kFloat64)));
}

TEST(Objective, LossAndGradientEqualIndependentFormulas) {
  const Json file = golden("objective.json");
  for (const auto& c : file["cases"]) {
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
        cross_entropy_sum(logits, objective->aim(view).targets) / static_cast<double>(ids.size());
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
  EXPECT_TRUE(torch::equal(objective->aim({weak, {}, hashes, 0.9, prior}).targets, weak));
}

TEST(Objective, WeightRisesContinuouslyAndWithoutWarmupStartsFull) {
  const auto hashes = numbered_hashes(2);
  const std::vector<double> prior = {0.5, 0.5};
  const torch::Tensor weak = torch::full({2, 2}, 0.5, torch::kFloat64);
  const torch::Tensor student = torch::tensor({{0.9, 0.1}, {0.2, 0.8}}, torch::kFloat64);
  const auto share = [&](double warmup, double progress) {
    const auto objective = make_objective("logconf", logconf_parameters(0.6, warmup), 2);
    return 2 * objective->aim({weak, student, hashes, progress, prior}).targets[1][1].item<double>() - 1;
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
    return objective->aim({weak, student, hashes, 0.5, labels_prior}).targets.sum(0)[1].item<double>();
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

// As openai/weak-to-strong has it: 0.05 at the end of the warm-up, then 0.5 at once. Ours is continuous (see
// WeightRisesContinuouslyAndWithoutWarmupStartsFull).
TEST(Published, TheWeightOfLogconfJumps) {
  Json parameters = logconf_parameters(0.5, 0.1);
  parameters["jump"] = true;
  const Ramp ramp = ramp_of(parameters);
  EXPECT_DOUBLE_EQ(ramp.at(0.0), 0);
  EXPECT_DOUBLE_EQ(ramp.at(0.05), 0.025);
  EXPECT_DOUBLE_EQ(ramp.at(0.1), 0.05);
  EXPECT_DOUBLE_EQ(ramp.at(0.101), 0.5);
  parameters["jump"] = false;
  EXPECT_DOUBLE_EQ(ramp_of(parameters).at(0.1), 0.5);
  parameters["warmup_steps"] = 100;
  EXPECT_DOUBLE_EQ(ramp_of(parameters).at(Progress(0.9, 40)), 0.2);
  EXPECT_DOUBLE_EQ(ramp_of(parameters).at(Progress(0.1, 100)), 0.5);
}

std::vector<std::int64_t> ones_of(const Json& more, const BatchView& view) {
  Json parameters = logconf_parameters(1, 0);
  parameters.update(more);
  const torch::Tensor targets = make_objective("logconf", parameters, 2)->aim(view).targets.select(1, 1);
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < targets.size(0); ++i)
    if (targets[i].item<double>() == 1) rows.push_back(i);
  return rows;
}

TEST(Published, AQuantileMakesOneRowMoreClassOneThanARank) {
  const auto hashes = numbered_hashes(32);
  const std::vector<double> prior = {0.74, 0.26};
  const torch::Tensor weak = torch::tensor({0.74, 0.26}, torch::kFloat64).repeat({32, 1});
  const torch::Tensor one = torch::linspace(0.1, 0.9, 32, torch::kFloat64);
  const BatchView view{weak, torch::stack({1 - one, one}, 1), hashes, 0.9, prior};
  EXPECT_EQ(ones_of(Json::object(), view).size(), 8U) << "round(32 x .26)";
  EXPECT_EQ(ones_of({{"threshold", "quantile"}}, view).size(), 9U) << "ceil(.26 x 31)";
  const BatchView tied{weak, torch::full({32, 2}, 0.5, torch::kFloat64), hashes, 0.9, prior};
  EXPECT_TRUE(ones_of({{"threshold", "quantile"}}, tied).empty()) << "a zero head: every row is class 0";
  EXPECT_EQ(ones_of(Json::object(), tied).size(), 8U);
  const Json uniform = {{"threshold", "quantile"}, {"prior", "uniform"}};
  EXPECT_EQ(ones_of(uniform, view).size(), 16U);
}

TEST(Published, ABufferLooksBackAndTakesRowsAsTheyAreDrawn) {
  const auto hashes = numbered_hashes(3);
  const std::vector<double> prior = {0.5, 0.5};
  const torch::Tensor weak = torch::tensor({{0.9, 0.1}, {0.1, 0.9}, {0.1, 0.9}}, torch::kFloat64);
  const torch::Tensor zero = torch::tensor({0.6, 0.3, 0.5}, torch::kFloat64);
  const std::vector<std::int64_t> drawn = {2, 0, 1};
  BatchView view{weak, torch::stack({zero, 1 - zero}, 1), hashes, 0.9, prior};
  view.drawn = drawn;
  view.earlier = torch::empty({0}, torch::kFloat64);
  // Drawn .5, .6, .3: medians .5, .55, .5. A first row is its own median, and class 0.
  EXPECT_THAT(ones_of({{"threshold", "buffer"}}, view), testing::ElementsAre(1));
  view.earlier = torch::tensor({0.9, 0.8}, torch::kFloat64);
  // Medians of (.9 .8 .5), (.9 .8 .5 .6), (.9 .8 .5 .6 .3).
  EXPECT_THAT(ones_of({{"threshold", "buffer"}}, view), testing::ElementsAre(0, 1, 2));
  // Of the last two: (.8 .5), (.5 .6), (.6 .3).
  EXPECT_THAT(ones_of({{"threshold", "buffer"}, {"buffer", 2}}, view), testing::ElementsAre(1, 2));
  // All three at once, at their mean y_1 of 19/30.
  EXPECT_THAT(ones_of({{"threshold", "buffer"}, {"micro", 3}, {"buffer", 3}}, view),
              testing::ElementsAre(1, 2));
  view.earlier = torch::Tensor();  // a probe: the median of all its rows
  EXPECT_THAT(ones_of({{"threshold", "buffer"}}, view), testing::ElementsAre(1));
}

TEST(Published, QuantilesHardenTwoClassesOnly) {
  for (const char* threshold : {"quantile", "buffer"}) {
    Json parameters = logconf_parameters(0.5, 0.2);
    parameters["threshold"] = threshold;
    EXPECT_NO_THROW(make_objective("logconf", parameters, 2));
    EXPECT_THROW(make_objective("logconf", parameters, 3), Error);
  }
}

// Central differences of the loss with the aim held, in every logit.
torch::Tensor differences(const Scored& scored, const torch::Tensor& logits) {
  constexpr double kStep = 1e-5;
  torch::Tensor gradient = torch::empty_like(logits);
  for (std::int64_t i = 0; i < logits.size(0); ++i)
    for (std::int64_t c = 0; c < logits.size(1); ++c) {
      torch::Tensor up = logits.clone(), down = logits.clone();
      up[i][c] += kStep;
      down[i][c] -= kStep;
      gradient[i][c] = (scored.loss(up) - scored.loss(down)) / (2 * kStep);
    }
  return gradient;
}

// EleutherAI/w2s's entropy loss has no gradient of the entropy, ours has.
TEST(Published, EntropyAsCodedOnlyShrinksTheStep) {
  const auto hashes = numbered_hashes(6);
  const std::vector<double> prior = {0.5, 0.5};
  const torch::Tensor weak = torch::softmax(normal({6, 2}, 8), 1), logits = normal({6, 2}, 9);
  const torch::Tensor p = torch::softmax(logits, 1), naive = (p - weak) / 6;
  const BatchView view{weak, p, hashes, 0.9, prior};
  const Json parameters = {{"alpha", 0.5}, {"warmup", 0.2}, {"prior", "weak"}};
  const auto coded = make_objective("entropy_compat", parameters, 2),
             proper = make_objective("entropy", parameters, 2);
  EXPECT_LT((differences(Scored::of(*coded, view), logits) - 0.5 * naive).abs().max().item<double>(), 1e-8);
  const torch::Tensor entropy = -(p * p.log()).sum(1, /*keepdim=*/true);
  const torch::Tensor expected = 0.5 * naive - 0.5 * p * (p.log() + entropy) / 6;
  EXPECT_LT((differences(Scored::of(*proper, view), logits) - expected).abs().max().item<double>(), 1e-8);
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
