// Against numbers written by SciPy and by loops in NumPy: tools/golden/trust_golden.py.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

#include "base/json.h"
#include "metrics/binomial.h"
#include "metrics/calibration.h"
#include "metrics/chi_square.h"
#include "metrics/confidence_sequence.h"
#include "metrics/misfit.h"
#include "metrics/multiple.h"
#include "metrics/noise.h"
#include "metrics/over_seeds.h"
#include "metrics/permutation.h"
#include "metrics/risk_control.h"
#include "metrics/selective.h"

namespace qinglan {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

using Doubles = std::vector<double>;

const Json& golden() {
  static const Json document = [] {
    const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/stats/trust.json";
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return parse_json(text.str(), path);
  }();
  return document;
}

double mean_of(const Doubles& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Variance of the mean of a row.
double spread_of(const Doubles& values) {
  double sum = 0;
  for (const double value : values) sum += std::pow(value - mean_of(values), 2);
  const double n = static_cast<double>(values.size());
  return sum / (n - 1) / n;
}

void expect_estimate(const Estimate& estimate, const Json& numbers) {
  EXPECT_NEAR(estimate.value, numbers[0], 1e-10);
  EXPECT_NEAR(estimate.low, numbers[1], 1e-8);
  EXPECT_NEAR(estimate.high, numbers[2], 1e-7);
}

SeedMatrix matrix_of(const Json& rows) {
  SeedMatrix matrix;
  for (const auto& row : rows) matrix.add(row.get<Doubles>());
  return matrix;
}

TEST(Confidence, LossesAndTopProbabilitiesAgreeWithSciPy) {
  for (const auto& one : golden()["models"]) {
    const auto logits = one["logits"].get<std::vector<float>>();
    const auto truth = one["truth"].get<std::vector<std::int32_t>>();
    const Confidences made = confidences({.logits = logits, .classes = one["classes"]}, truth);
    EXPECT_THAT(made.nll, Pointwise(DoubleNear(1e-10), one["nll"].get<Doubles>()));
    EXPECT_THAT(made.brier, Pointwise(DoubleNear(1e-12), one["brier"].get<Doubles>()));
    EXPECT_THAT(made.top, Pointwise(DoubleNear(1e-12), one["top"].get<Doubles>()));
    EXPECT_THAT(made.right, Pointwise(DoubleNear(1e-12), one["right"].get<Doubles>()));
  }
}

TEST(Calibration, SweepAgreesWithItsDefinition) {
  for (const auto& one : golden()["models"]) {
    const auto top = one["top"].get<Doubles>(), right = one["right"].get<Doubles>();
    EXPECT_EQ(sweep_bins(top, right), one["bins"].get<std::vector<std::size_t>>());
    const ScoreRow row = calibration_row(top, right);
    EXPECT_NEAR(mean_of(row.values), one["ece"], 1e-12);
  }
}

TEST(Calibration, TemperatureIsTheLeastLossThatSciPyFinds) {
  for (const auto& one : golden()["models"]) {
    const auto logits = one["logits"].get<std::vector<float>>();
    const auto truth = one["truth"].get<std::vector<std::int32_t>>();
    std::vector<std::size_t> half;
    for (std::size_t i = 0; i < truth.size(); i += 2) half.push_back(i);
    const double temperature = fit_temperature({.logits = logits, .classes = one["classes"]}, truth, half);
    EXPECT_NEAR(temperature / one["temperature"].get<double>(), 1, 1e-5);
  }
}

TEST(Selective, AreaUnderTheRiskCoverageCurveAgreesOverAllOrdersOfTies) {
  for (const auto& one : golden()["selective"]) {
    const ScoreRow row = risk_coverage_row(one["confidence"].get<Doubles>(), one["right"].get<Doubles>());
    EXPECT_NEAR(mean_of(row.values), one["aurc"], 1e-12);
    if (!one.contains("jackknife")) continue;
    EXPECT_NEAR(spread_of(row.values) / one["jackknife"].get<double>(), 1, 0.1) << "its influence function";
  }
}

TEST(RiskControl, ThresholdsAgreeWithSciPysBinomial) {
  for (const auto& one : golden()["gold"]) {
    const auto found =
        certified_threshold(one["confidence"].get<Doubles>(), one["right"].get<Doubles>(), one["risk"], 0.05);
    ASSERT_EQ(found.has_value(), !one["threshold"].is_null());
    EXPECT_EQ(found.value_or(-1), one["threshold"].is_null() ? -1 : one["threshold"].get<double>());
  }
  EXPECT_FALSE(certified_threshold({}, {}, 0.1, 0.05));
}

TEST(Binomial, AgreesWithSciPy) {
  for (const auto& one : golden()["binomial_bounds"]) {
    const Bounds bounds = binomial_bounds(one["k"], one["n"]);
    EXPECT_NEAR(bounds.low, one["low"], 1e-9) << one;
    EXPECT_NEAR(bounds.high, one["high"], 1e-9) << one;
  }
  for (const auto& one : golden()["binomial"])
    EXPECT_NEAR(binomial_cdf(one["k"], one["n"], one["p"]), one["cdf"], 1e-10) << one;
  for (const auto& one : golden()["mcnemar"])
    EXPECT_NEAR(mcnemar_p(one["first"], one["second"]), one["p"], 1e-10) << one;
}

TEST(BenjaminiHochberg, AgreesWithSciPy) {
  for (const auto& one : golden()["benjamini_hochberg"])
    EXPECT_THAT(benjamini_hochberg(one["p"].get<Doubles>()),
                Pointwise(DoubleNear(1e-14), one["adjusted"].get<Doubles>()));
  EXPECT_TRUE(benjamini_hochberg({}).empty());
}

TEST(ChiSquare, AgreesWithSciPy) {
  for (const auto& one : golden()["chi_square"]) {
    EXPECT_NEAR(chi_square_quantile(one["p"], one["df"]) / one["x"].get<double>(), 1, 1e-9) << one;
    EXPECT_NEAR(chi_square_cdf(one["x"], one["df"]), one["p"], 1e-10) << one;
  }
}

TEST(SignFlip, AgreesWithSciPysPermutationTest) {
  for (const auto& one : golden()["flips"])
    EXPECT_NEAR(sign_flip_p(one["d"].get<Doubles>(), 1), one["p"], 1e-12) << one;
  const auto& sampled = golden()["flips_sampled"];
  const auto d = sampled["d"].get<Doubles>();
  EXPECT_NEAR(sign_flip_p(d, 1), sampled["p"], 0.02);
  EXPECT_EQ(sign_flip_p(d, 1), sign_flip_p(d, 1));
  EXPECT_EQ(sign_flip_p(Doubles{0, 0, 0}, 1), 1);
}

TEST(ConfidenceSequence, AgreesWithItsTheorem) {
  for (const auto& one : golden()["sequences"]) {
    const Sequence made = confidence_sequence(one["d"].get<Doubles>(), one["alpha"]);
    EXPECT_NEAR(made.low, one["low"], 1e-12);
    EXPECT_NEAR(made.high, one["high"], 1e-12);
    EXPECT_EQ(made.decided_at, one["decided_at"]);
  }
  EXPECT_EQ(confidence_sequence({}).low, -1);
}

TEST(Noise, AgreesWithSciPy) {
  for (const auto& one : golden()["noise"]) {
    const SeedMatrix d = matrix_of(one["d"]);
    expect_estimate(minimum_detectable(d), one["detectable"]);
    expect_estimate(seed_deviation(d.seed_means()), one["deviation"]);
    expect_estimate(over_seeds(d.seed_means()), one["over_seeds"]);
  }
  EXPECT_THAT(seed_deviation(Doubles{0.5}).undefined, HasSubstr("one seed"));
  EXPECT_THAT(over_seeds(Doubles{0.5}).undefined, HasSubstr("it is 0.5"));
  EXPECT_EQ(over_seeds(Doubles{0.5, 0.5}).high, 0.5) << "ties have no width";
}

TEST(Misfit, AgreesWithNumpy) {
  const auto& one = golden()["misfit"];
  const Misfit made =
      misfit(one["weak"].get<std::vector<float>>(), one["student"].get<std::vector<float>>(), 3);
  EXPECT_THAT(made.squared, Pointwise(DoubleNear(1e-12), one["squared"].get<Doubles>()));
  EXPECT_THAT(made.bregman, Pointwise(DoubleNear(1e-10), one["bregman"].get<Doubles>()));
}

TEST(Selective, SurestShareTheBorderAmongTies) {
  EXPECT_THAT(surest(Doubles{0.9, 0.5, 0.5, 0.1}, 0.5), Pointwise(DoubleNear(1e-12), {1.0, 0.5, 0.5, 0.0}));
  EXPECT_THAT(surest(Doubles{0.5, 0.5, 0.5}, 1), Pointwise(DoubleNear(1e-12), {1.0, 1.0, 1.0}));
}

TEST(Calibration, DoesNotDependOnTheOrderOfRows) {
  const auto& one = golden()["models"][3];  // with ties
  auto top = one["top"].get<Doubles>(), right = one["right"].get<Doubles>();
  const double error = mean_of(calibration_row(top, right).values),
               area = mean_of(risk_coverage_row(top, right).values);
  std::reverse(top.begin(), top.end());
  std::reverse(right.begin(), right.end());
  EXPECT_NEAR(mean_of(calibration_row(top, right).values), error, 1e-12);
  EXPECT_NEAR(mean_of(risk_coverage_row(top, right).values), area, 1e-12);
}

TEST(Calibration, ExtremesAreNumbers) {
  const Doubles sure{1, 1, 1}, all{1, 1, 1}, none{0, 0, 0};
  EXPECT_EQ(mean_of(calibration_row(sure, all).values), 0);
  EXPECT_EQ(mean_of(calibration_row(sure, none).values), 1);
  EXPECT_EQ(mean_of(risk_coverage_row(sure, none).values), 1);
  EXPECT_THAT(calibration_row({}, {}).undefined, HasSubstr("no test items"));
  // A model that is always right wants to be surer, one that knows nothing flatter: both end at a bound.
  const std::vector<float> logits{0, 1, 0, 1};
  const std::vector<std::size_t> items{0, 1};
  EXPECT_EQ(fit_temperature({.logits = logits, .classes = 2}, std::vector<std::int32_t>{1, 1}, items),
            1.0 / 64);
  EXPECT_EQ(fit_temperature({.logits = logits, .classes = 2}, std::vector<std::int32_t>{0, 0}, items), 64);
  const std::vector<float> huge{3e38f, -3e38f};
  const Confidences made = confidences({.logits = huge, .classes = 2}, std::vector<std::int32_t>{1});
  EXPECT_TRUE(std::isfinite(made.nll[0]));
}

}  // namespace
}  // namespace qinglan
