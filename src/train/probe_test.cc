#include "train/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::golden;
using testing_support::matrix;
using testing_support::normal;
using testing_support::weak_labels;

std::unique_ptr<Objective> logconf(double alpha) {
  return make_objective("logconf", {{"alpha", alpha}, {"warmup", 0.2}, {"prior", "weak"}}, 2);
}

std::unique_ptr<Objective> naive() { return make_objective("naive", Json::object(), 2); }

torch::Tensor matrix_of(const TrainingLabels& labels) {
  return torch::tensor(labels.p(), torch::kFloat32)
      .view({static_cast<std::int64_t>(labels.size()), -1})
      .to(torch::kFloat64);
}

// 200 rows of 12 features; labels follow three of them, with noise.
struct Synthetic {
  torch::Tensor features = normal({200, 12}, 21).to(torch::kBFloat16);
  torch::Tensor p;
  Synthetic() {
    const torch::Tensor score =
        2 * features.slice(1, 0, 3).to(torch::kFloat64).sum(1) + 1.5 * normal({200}, 22);
    const torch::Tensor one = torch::sigmoid(score);
    p = torch::stack({1 - one, one}, 1);
  }
};

TEST(Probe, FindsTheMinimumThatScipyFinds) {
  const Json file = golden("logistic.json");
  for (const auto& c : file["cases"]) {
    const torch::Tensor features = matrix(c["features"]);
    const auto labels = TrainingLabels::from(weak_labels(matrix(c["targets"])));
    ProbeOptions options;
    options.l2 = {c["l2"].get<double>()};
    const Probe probe = Probe::fit(features, labels, *naive(), options, 0);
    const torch::Tensor expected = matrix(c["logits"]);
    const torch::Tensor centred = expected - expected.mean(1, true);
    const torch::Tensor ours = probe.logits(features).to(torch::kFloat64);
    EXPECT_LT((ours - centred).abs().max().item<double>(), 2e-5);
    EXPECT_TRUE(probe.path().empty());
  }
}

// A true label of weight w counts as w rows would.
TEST(Probe, AWeightedTrueLabelIsAsManyRows) {
  const Synthetic data;
  const WeakLabels weak = weak_labels(data.p);
  const GoldRows gold{{"row-3", "row-8"}, 2, {0, 1}};
  ProbeOptions options;
  options.l2 = {0.01};
  const auto weighted = TrainingLabels::with_gold(weak, gold, {.weight = 3});
  const auto mixed = TrainingLabels::with_gold(weak, gold, {});
  const auto objective = naive();
  const Probe probe = Probe::fit(data.features, weighted, *objective, options, 0);
  const torch::Tensor p = matrix_of(mixed), answers = torch::log_softmax(probe.logits(data.features), 1);
  torch::Tensor counts = torch::ones({200}, torch::kFloat64);
  counts[3] = 3, counts[8] = 3;
  // Stationary: the gradient of the weighted loss in the bias is 0 (it has no penalty).
  const torch::Tensor residual = (answers.exp().to(torch::kFloat64) - p) * counts.unsqueeze(1);
  EXPECT_LT(residual.sum(0).abs().max().item<double>() / 204, 1e-6);
  const torch::Tensor plain =
      (torch::softmax(Probe::fit(data.features, mixed, *objective, options, 0).logits(data.features), 1)
           .to(torch::kFloat64) -
       p) *
      counts.unsqueeze(1);
  EXPECT_GT(plain.sum(0).abs().max().item<double>() / 204, 1e-4) << "weights do something";
}

// What an ensemble's members are: the same rows in other shares. A row that counts twice is two rows; the
// scale of the features, which the penalty goes by, is that of the rows as they are.
TEST(Probe, ARowThatCountsTwiceIsTwoRows) {
  const Synthetic data;
  ProbeOptions options;
  options.l2 = {1e-9};
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  const auto design = std::make_shared<ProbeDesign>(data.features, 2);
  const ProbeProblem problem(design, labels, options, 0);
  const auto logits = [&](const std::vector<float>& shares) {
    return Probe::fit(problem, labels, *naive(), options, shares).logits(data.features);
  };
  std::vector<float> counts;
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < 200; ++i) {
    counts.push_back(static_cast<float>(i % 3));
    for (std::int64_t k = 0; k < i % 3; ++k) rows.push_back(i);
  }
  const torch::Tensor index = torch::tensor(rows, torch::kInt64);
  const auto repeated = TrainingLabels::from(weak_labels(data.p.index_select(0, index)));
  const Probe theirs = Probe::fit(data.features.index_select(0, index), repeated, *naive(), options, 0);
  EXPECT_LT((logits(counts) - theirs.logits(data.features)).abs().max().item<double>(), 1e-3);
  EXPECT_GT((logits(counts) - logits({})).abs().max().item<double>(), 0.01);
  EXPECT_TRUE(torch::equal(logits(std::vector<float>(200, 1)), logits({}))) << "equal shares are none";
}

TEST(Probe, ChoosesAPenaltyBetweenTheExtremesAndStaysThere) {
  const Synthetic data;
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  const Probe probe = Probe::fit(data.features, labels, *naive(), {}, 7);
  EXPECT_GT(probe.l2(), 1e-4);
  EXPECT_LT(probe.l2(), 100);
  for (const auto& [l2, loss] : probe.path()) EXPECT_GE(loss, 0.3) << l2;
  EXPECT_EQ(probe.curve().size(), 1U) << "naive ends after its first fit";
  EXPECT_LT(probe.final_train_loss(), labels.prior_entropy());
  EXPECT_GT(probe.flops(), 0);
  const torch::Tensor truth = data.p.argmax(1);
  EXPECT_GT((probe.logits(data.features).argmax(1) == truth).to(torch::kFloat64).mean().item<double>(), 0.78);
}

TEST(Probe, IsDeterministicAndItsFoldsFollowTheSeed) {
  const Synthetic data;
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  const Probe a = Probe::fit(data.features, labels, *logconf(0.5), {}, 7);
  const Probe b = Probe::fit(data.features, labels, *logconf(0.5), {}, 7);
  const Probe c = Probe::fit(data.features, labels, *logconf(0.5), {}, 8);
  EXPECT_TRUE(torch::equal(a.logits(data.features), b.logits(data.features)));
  EXPECT_NE(a.path().front().second, c.path().front().second);
}

TEST(Probe, LogconfWithAlphaZeroIsNaiveBitForBit) {
  const Synthetic data;
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  const Probe plain = Probe::fit(data.features, labels, *naive(), {}, 3);
  const Probe zero = Probe::fit(data.features, labels, *logconf(0), {}, 3);
  EXPECT_TRUE(torch::equal(plain.logits(data.features), zero.logits(data.features)));
  EXPECT_EQ(zero.curve().size(), plain.curve().size());
}

TEST(Probe, LogconfSharpensItsOwnAnswersOverRounds) {
  const Synthetic data;
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  const Probe plain = Probe::fit(data.features, labels, *naive(), {}, 3);
  const Probe sharp = Probe::fit(data.features, labels, *logconf(0.5), {}, 3);
  EXPECT_EQ(sharp.l2(), plain.l2());
  EXPECT_GT(sharp.curve().size(), 2U);
  EXPECT_LE(sharp.curve().size(), 10U);
  const auto confidence = [&](const Probe& probe) {
    return std::get<0>(torch::softmax(probe.logits(data.features), 1).max(1)).mean().item<double>();
  };
  EXPECT_GT(confidence(sharp), confidence(plain) + 0.01);
}

TEST(Probe, ConstantFeaturesCountAsNothing) {
  const Synthetic data;
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  ProbeOptions options;
  options.l2 = {0.01};
  const torch::Tensor wide = torch::cat({data.features, torch::full({200, 2}, 3.0).to(torch::kBFloat16)}, 1);
  const torch::Tensor a = Probe::fit(data.features, labels, *naive(), options, 0).logits(data.features);
  const torch::Tensor b = Probe::fit(wide, labels, *naive(), options, 0).logits(wide);
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-5);
}

TEST(Probe, MoreFeaturesThanRowsAndSeparableLabelsStillFit) {
  const torch::Tensor features = normal({20, 50}, 5);
  torch::Tensor p = torch::zeros({20, 2}, torch::kFloat64);
  for (std::int64_t i = 0; i < 20; ++i) p[i][i % 2] = 1;
  const Probe probe = Probe::fit(features, TrainingLabels::from(weak_labels(p)), *naive(), {}, 0);
  EXPECT_TRUE(probe.logits(features).isfinite().all().item<bool>());
}

TEST(Probe, RefusesFeaturesThatAreNotNumbersAndTooFewRows) {
  const Synthetic data;
  const auto labels = TrainingLabels::from(weak_labels(data.p));
  torch::Tensor bad = data.features.clone();
  bad[3][4] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(Probe::fit(bad, labels, *naive(), {}, 0), Error);
  const auto one = TrainingLabels::from(weak_labels(data.p.slice(0, 0, 1)));
  EXPECT_THROW(Probe::fit(data.features.slice(0, 0, 1), one, *naive(), {}, 0), Error);
}

}  // namespace
}  // namespace qinglan
