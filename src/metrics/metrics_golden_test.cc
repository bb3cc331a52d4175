// Against numbers written by SciPy and NumPy: tools/golden/stats_golden.py.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "metrics/auroc.h"
#include "metrics/crossed.h"
#include "metrics/multiple.h"
#include "metrics/pgr.h"
#include "metrics/student_t.h"

namespace qinglan {
namespace {

const Json& golden() {
  static const Json document = [] {
    const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/stats/golden.json";
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return parse_json(text.str(), path);
  }();
  return document;
}

SeedMatrix matrix_of(const Json& rows) {
  SeedMatrix matrix;
  for (const auto& row : rows) matrix.add(row.get<std::vector<double>>());
  return matrix;
}

TEST(StudentT, AgreesWithScipy) {
  for (const auto& one : golden()["t"]) {
    const double df = one["df"], p = one["p"], t = one["t"];
    SCOPED_TRACE("df " + std::to_string(df) + " p " + std::to_string(p) + " t " + std::to_string(t));
    EXPECT_NEAR(student_t_cdf(t, df), p, 2e-9);
    if (one.contains("cdf_only")) continue;
    EXPECT_NEAR(student_t_quantile(p, df) / t, 1, 1e-8);
  }
}

TEST(Auroc, AgreesWithDeLongByAllPairs) {
  for (const auto& one : golden()["auroc"]) {
    const auto scores = one["scores"].get<std::vector<double>>();
    const auto positive = one["positive"].get<std::vector<std::uint8_t>>();
    const auto values = one["values"].get<std::vector<double>>();
    const Placement placement = placement_values(scores, positive);
    EXPECT_NEAR(placement.auroc, one["auroc"], 1e-12);
    double up = 0, down = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(placement.values[i], values[i], 1e-12);
      (positive[i] ? up : down) += std::pow(placement.values[i] - placement.auroc, 2);
    }
    const double m = static_cast<double>(placement.positives), n = static_cast<double>(placement.negatives);
    EXPECT_NEAR(up / m / (m - 1) + down / n / (n - 1), one["variance"], 1e-12);
  }
}

TEST(Auroc, RowsHaveTheAreaAsMeanAndDeLongsVariance) {
  const auto& one = golden()["auroc"][2];  // 301 items
  const auto scores = one["scores"].get<std::vector<double>>();
  const auto truth = one["positive"].get<std::vector<std::int32_t>>();
  std::vector<float> logits;
  for (const double score : scores) logits.insert(logits.end(), {0.0f, static_cast<float>(score)});
  const ScoreRow row = auroc_row({.logits = logits, .classes = 2}, truth);
  ASSERT_TRUE(row.defined());
  SeedMatrix matrix;
  matrix.add(row.values);
  matrix.add(row.values);
  EXPECT_NEAR(matrix.mean(), one["auroc"], 1e-6);
  EXPECT_NEAR(crossed_parts(matrix, matrix).b / one["variance"].get<double>(), 1, 0.02);
}

TEST(Auroc, OfManyClassesIsTheMeanOfOneAgainstRest) {
  const auto& one = golden()["macro"];
  const auto logits = one["logits"].get<std::vector<float>>();
  const auto truth = one["truth"].get<std::vector<std::int32_t>>();
  const ScoreRow row = auroc_row({.logits = logits, .classes = 3}, truth);
  ASSERT_TRUE(row.defined());
  double mean = 0;
  for (const double value : row.values) mean += value / static_cast<double>(row.values.size());
  EXPECT_NEAR(mean, one["auroc"], 1e-9);
}

TEST(Crossed, AgreesWithNumpyAndScipy) {
  for (const auto& one : golden()["crossed"]) {
    const SeedMatrix gain = matrix_of(one["gain"]), gap = matrix_of(one["gap"]);
    const CrossedParts parts = crossed_parts(gain, gain), cross = crossed_parts(gain, gap);
    EXPECT_NEAR(parts.a, one["parts"][0], 1e-14);
    EXPECT_NEAR(parts.b, one["parts"][1], 1e-14);
    EXPECT_NEAR(parts.r, one["parts"][2], 1e-14);
    EXPECT_NEAR(cross.a, one["cross"][0], 1e-14);
    EXPECT_NEAR(cross.b, one["cross"][1], 1e-14);
    EXPECT_NEAR(cross.r, one["cross"][2], 1e-14);
    const Spread spread = parts.spread(static_cast<double>(gain.seeds), static_cast<double>(gain.columns));
    EXPECT_NEAR(spread.variance, one["variance"], 1e-14);
    EXPECT_NEAR(spread.df, one["df"], 1e-9);
    const Estimate estimate = crossed_interval(gain);
    EXPECT_NEAR(estimate.value, one["mean"], 1e-12);
    EXPECT_NEAR(estimate.low, one["low"], 1e-9);
    EXPECT_NEAR(estimate.high, one["high"], 1e-9);
    EXPECT_NEAR(two_sided_p(gain), one["p"], 1e-10);
  }
}

TEST(Holm, AdjustedIsTheLevelAtWhichTheProcedureRejects) {
  for (const auto& one : golden()["holm"]) {
    const auto adjusted = holm(one["p"].get<std::vector<double>>());
    ASSERT_EQ(adjusted.size(), one["adjusted"].size());
    for (std::size_t i = 0; i < adjusted.size(); ++i) EXPECT_NEAR(adjusted[i], one["adjusted"][i], 1e-15);
  }
  EXPECT_TRUE(holm({}).empty());
}

TEST(Pgr, SetAgreesWithOneComputedFromTheMatrixAtEveryShare) {
  for (const auto& one : golden()["crossed"]) {
    const Estimate pgr = pgr_interval(matrix_of(one["gain"]), matrix_of(one["gap"]));
    ASSERT_TRUE(pgr.defined()) << pgr.undefined;
    EXPECT_NEAR(pgr.value, one["pgr"], 1e-12);
    EXPECT_NEAR(pgr.low, one["pgr_low"], 1e-8);
    EXPECT_NEAR(pgr.high, one["pgr_high"], 1e-8);
  }
}

}  // namespace
}  // namespace qinglan
