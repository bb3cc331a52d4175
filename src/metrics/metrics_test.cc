#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "metrics/auroc.h"
#include "metrics/bootstrap.h"
#include "metrics/conditional.h"
#include "metrics/correctness.h"
#include "metrics/crossed.h"
#include "metrics/entropy.h"
#include "metrics/item_groups.h"
#include "metrics/pgr.h"
#include "metrics/ratio_set.h"
#include "metrics/student_t.h"

namespace qinglan {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

SeedMatrix matrix_of(const std::vector<std::vector<double>>& rows) {
  SeedMatrix matrix;
  for (const auto& row : rows) matrix.add(row);
  return matrix;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(StudentT, HasItsClosedFormsAtOneAndTwoDegrees) {
  EXPECT_NEAR(student_t_cdf(1, 1), 0.75, 1e-14);  // Cauchy
  EXPECT_NEAR(student_t_quantile(0.975, 1), std::tan(3.14159265358979323846 * 0.475), 1e-10);
  EXPECT_NEAR(student_t_cdf(2, 2), 0.5 + 1 / std::sqrt(6.0), 1e-14);
  EXPECT_EQ(student_t_quantile(0.5, 3), 0);
  EXPECT_NEAR(student_t_quantile(0.025, 7), -student_t_quantile(0.975, 7), 1e-12);
  EXPECT_NEAR(student_t_quantile(0.975, 1e9), 1.959963984540054, 1e-6);
}

TEST(Crossed, PartsByHand) {
  // Row means 1, 3; column means 0, 2, 4; mean 2; residuals -+1, 0, +-1.
  const SeedMatrix d = matrix_of({{0, 1, 2}, {0, 3, 6}});
  const CrossedParts parts = crossed_parts(d, d);
  EXPECT_DOUBLE_EQ(parts.a, 2.0 / 2);      // var(1, 3) = 2
  EXPECT_DOUBLE_EQ(parts.b, 4.0 / 3);      // var(0, 2, 4) = 4
  EXPECT_DOUBLE_EQ(parts.r, 4.0 / 2 / 6);  // sum of squares 4, divisor (2-1)(3-1), over S n
  const Spread spread = parts.spread(2, 3);
  EXPECT_DOUBLE_EQ(spread.variance, 1 + 4.0 / 3 - 1.0 / 3);
  EXPECT_DOUBLE_EQ(spread.df, 4 / (1.0 / 1 + 16.0 / 9 / 2));
  const Estimate e = crossed_interval(d);
  EXPECT_DOUBLE_EQ(e.value, 2);
  EXPECT_NEAR(e.high - e.value, student_t_quantile(0.975, spread.df) * std::sqrt(2.0), 1e-12);
  EXPECT_EQ(e.seeds, 2);
  EXPECT_EQ(e.items, 3);
}

TEST(Crossed, VarianceNeverFallsBelowItsParts) {
  EXPECT_DOUBLE_EQ((CrossedParts{1, 2, 5}.spread(3, 10).variance), 2);
  EXPECT_DOUBLE_EQ((CrossedParts{3, 2, 5}.spread(3, 10).variance), 3);
}

TEST(Crossed, ScalesAsVariancesOfMeansDo) {
  const CrossedParts parts = CrossedParts{6, 8, 24}.scaled(2, 4);
  EXPECT_DOUBLE_EQ(parts.a, 3);
  EXPECT_DOUBLE_EQ(parts.b, 2);
  EXPECT_DOUBLE_EQ(parts.r, 3);
}

TEST(Crossed, DegenerateInputIsUndefinedWithAReasonOrExact) {
  EXPECT_THAT(crossed_interval({}).undefined, HasSubstr("no seed"));
  EXPECT_THAT(crossed_interval(matrix_of({{}, {}})).undefined, HasSubstr("no test items"));
  EXPECT_THAT(crossed_interval(matrix_of({{0, 1}})).undefined,
              HasSubstr("one seed gives no interval (the mean is 0.5)"));
  EXPECT_THAT(crossed_interval(matrix_of({{0}, {1}})).undefined, HasSubstr("one test item"));
  const Estimate constant = crossed_interval(matrix_of({{0.1, 0.1, 0.1}, {0.1, 0.1, 0.1}}));
  EXPECT_TRUE(constant.defined());
  EXPECT_NEAR(constant.low, 0.1, 1e-12);
  EXPECT_NEAR(constant.high, 0.1, 1e-12);
}

TEST(ItemGroups, KeepTheMeanAndGiveTheRatioEstimatorsVariance) {
  const std::vector<std::int32_t> group{7, 7, 7, 2, 9, 9};
  const ItemGroups groups(group, 6);
  ASSERT_EQ(groups.columns(), 3u);
  EXPECT_TRUE(groups.grouped());
  const std::vector<double> columns = groups.columns_of(std::vector<double>{1, 1, 0, 1, 0, 0});
  // mean 1/2, mbar 2; sums 2, 1, 0 of 3, 1, 2 items: (2 - 1.5)/2 + .5, (1 - .5)/2 + .5, (0 - 1)/2 + .5
  EXPECT_THAT(columns, Pointwise(DoubleNear(1e-12), {0.75, 0.75, 0.0}));
  EXPECT_NEAR(mean_of(columns), 0.5, 1e-12);
}

TEST(ItemGroups, OfOneItemEachChangeNothing) {
  const std::vector<std::int32_t> group{3, 1, 2};
  const std::vector<double> values{0.5, 1, 0};
  EXPECT_FALSE(ItemGroups(group, 3).grouped());
  EXPECT_EQ(ItemGroups(group, 3).columns_of(values), values);
  EXPECT_EQ(ItemGroups({}, 3).columns(), 3u);
}

TEST(Correctness, AbstentionsAndFlatRowsCountOneInK) {
  const std::vector<float> logits{0, 0, 0, 2, 2, 1, 0, 5, 0, 9, 0, 0};
  const std::vector<std::int32_t> truth{2, 0, 1, 0};
  const std::vector<std::uint8_t> abstained{0, 0, 0, 1};
  const Answers answers{.logits = logits, .classes = 3, .abstained = abstained};
  EXPECT_THAT(decisions(answers), ElementsAre(-1, 0, 1, -1));  // ties by the lowest class
  EXPECT_THAT(correctness(answers, truth), ElementsAre(1.0 / 3, 1, 1, 1.0 / 3));
  const std::vector<float> bias{0, 0.5f, 6};
  EXPECT_THAT(correctness(answers, truth, bias), ElementsAre(1, 0, 0, 1.0 / 3));
}

TEST(BalancedAccuracy, IsTheMeanOverClasses) {
  const std::vector<std::int32_t> truth{0, 0, 0, 0, 1, 1};
  const std::vector<double> right{1, 1, 1, 0, 0, 0.5};
  const ScoreRow row = balanced_correctness(right, truth, 2);
  EXPECT_NEAR(mean_of(row.values), (0.75 + 0.25) / 2, 1e-12);
  const std::vector<double> all(6, 1.0);  // constant within classes: nothing varies
  for (const double value : balanced_correctness(all, truth, 2).values) EXPECT_DOUBLE_EQ(value, 1);
  EXPECT_THAT(balanced_correctness(right, truth, 3).undefined, HasSubstr("no test item of class 2"));
  EXPECT_THAT(balanced_correctness({}, {}, 2).undefined, HasSubstr("no test items"));
}

TEST(Auroc, OfOneClassIsUndefined) {
  const std::vector<float> logits{0, 1, 1, 0};
  EXPECT_THAT(auroc_row({.logits = logits, .classes = 2}, std::vector<std::int32_t>{1, 1}).undefined,
              HasSubstr("no test item of class 0"));
  EXPECT_THAT(auroc_row({.logits = {}, .classes = 2}, {}).undefined, HasSubstr("no test items"));
}

TEST(Auroc, OfAConstantIsOneHalfWithoutWidth) {
  const std::vector<float> logits(20, 0.0f);
  const ScoreRow row =
      auroc_row({.logits = logits, .classes = 2}, std::vector<std::int32_t>{0, 1, 1, 0, 1, 0, 1, 1, 1, 0});
  for (const double value : row.values) EXPECT_DOUBLE_EQ(value, 0.5);
}

TEST(Pgr, OfAPerfectStudentIsOneAndOfACopyOfTheSupervisorZero) {
  Random random(1);
  SeedMatrix weak, ceiling;
  for (int s = 0; s < 4; ++s) {
    std::vector<double> w, c;
    for (int i = 0; i < 300; ++i) w.push_back(random.uniform() < 0.6), c.push_back(random.uniform() < 0.9);
    weak.add(w);
    ceiling.add(c);
  }
  const SeedMatrix gap = difference(ceiling, weak);
  const Estimate perfect = pgr_interval(gap, gap), copy = pgr_interval(difference(weak, weak), gap);
  ASSERT_TRUE(perfect.defined());
  EXPECT_NEAR(perfect.value, 1, 1e-12);
  EXPECT_NEAR(perfect.low, 1, 1e-6);
  EXPECT_NEAR(perfect.high, 1, 1e-6);
  ASSERT_TRUE(copy.defined());
  EXPECT_NEAR(copy.low, 0, 1e-6);
  EXPECT_NEAR(copy.high, 0, 1e-6);
}

TEST(Pgr, IsARatioOfMeansNotAMeanOfRatios) {
  const SeedMatrix gain = matrix_of({{0.1, 0.1, 0.1}, {0.2, 0.2, 0.2}}),
                   gap = matrix_of({{0.2, 0.2, 0.2}, {0.8, 0.8, 0.8}});
  const SeedMatrix wide = matrix_of({{0.45, 0.5, 0.55}, {0.5, 0.5, 0.5}});
  EXPECT_NEAR(pgr_interval(gain, wide).value, 0.15 / 0.5, 1e-12);
  EXPECT_FALSE(pgr_interval(gain, gap).defined());  // .2 and .8 at one degree of freedom
}

TEST(Pgr, IsUndefinedWhereTheGapIsTooSmall) {
  const SeedMatrix gain = matrix_of({{0, 1, 0, 1}, {1, 1, 0, 0}}),
                   gap = matrix_of({{0, 1, -1, 0}, {1, -1, 0, 0.5}});
  EXPECT_EQ(pgr_interval(gain, gap).undefined, "the gap is too small to divide by");
  const SeedMatrix zero = matrix_of({{0, 0, 0, 0}, {0, 0, 0, 0}});
  EXPECT_EQ(pgr_interval(gain, zero).undefined, "the gap is too small to divide by");
  EXPECT_THAT(pgr_interval(matrix_of({{1, 1}}), matrix_of({{1, 1}})).undefined, HasSubstr("one seed"));
}

TEST(RatioSet, IsUndefinedWhenUnboundedOrInPieces) {
  const auto constant = [](double) { return Spread{0.01, 10}; };
  EXPECT_TRUE(ratio_set(0.5, 1, constant, {1e-9, 10}).has_value());
  EXPECT_FALSE(ratio_set(0.5, 1, constant, {1, 10}).has_value());
  const auto island = [](double rho) { return Spread{rho > 1.5 && rho < 3 ? 100.0 : 0.01, 10}; };
  EXPECT_FALSE(ratio_set(0.5, 1, island, {1e-9, 10}).has_value());
}

// PGR of published means, standard deviations and seeds (16, 16, 5), seed variance only.
struct Published {
  double weak, weak_sd, ceiling, ceiling_sd, student, student_sd, pgr, low, high;
};

TEST(Published, DeltaMethodTable) {
  for (const Published& one : {Published{.528, .012, .732, .009, .570, .021, .20, .07, .34},
                               Published{.577, .013, .694, .006, .592, .007, .13, .03, .23},
                               Published{.536, .021, .718, .018, .597, .012, .34, .24, .44}}) {
    const double gap = one.ceiling - one.weak, pgr = (one.student - one.weak) / gap;
    const double variance = one.student_sd * one.student_sd / 5 + std::pow((1 - pgr) * one.weak_sd, 2) / 16 +
                            std::pow(pgr * one.ceiling_sd, 2) / 16;
    const double half = student_t_quantile(0.975, 4) * std::sqrt(variance) / gap;
    EXPECT_NEAR(pgr, one.pgr, 0.0075);  // inputs are rounded to .001
    EXPECT_NEAR(pgr - half, one.low, 0.0075);
    EXPECT_NEAR(pgr + half, one.high, 0.0075);
  }
}

TEST(Published, FiellerSetOfChat) {
  const std::vector<double> seeds{.372, .206, .117, .194, .128};  // PGR by seed
  const double gap = .732 - .528, mean = mean_of(seeds);
  double student = 0;
  for (const double pgr : seeds) student += std::pow((pgr - mean) * gap, 2) / 4 / 5;
  const double weak = .012 * .012 / 16, ceiling = .009 * .009 / 16;
  const auto set = ratio_set(mean * gap, gap,
                             [&](double rho) {
                               return Spread{student + (1 - rho) * (1 - rho) * weak + rho * rho * ceiling, 4};
                             },
                             {weak + ceiling, 4});
  ASSERT_TRUE(set.has_value());
  EXPECT_NEAR(set->low, 0.071, 0.001);
  EXPECT_NEAR(set->high, 0.334, 0.001);
}

// The published numbers of three data sets (weak and ceiling: 16 seeds, student: 5), by the delta method with
// four degrees of freedom, seed variance alone.
TEST(Pgr, TheDeltaMethodGivesThePublishedTable) {
  struct Row {
    double weak, weak_sd, ceiling, ceiling_sd, student, student_sd, pgr, low, high;
  };
  const Row rows[] = {{.528, .012, .732, .009, .570, .021, .20, .07, .34},
                      {.577, .013, .694, .006, .592, .007, .13, .03, .23},
                      {.536, .021, .718, .018, .597, .012, .34, .24, .44}};
  for (const Row& row : rows) {
    const double gap = row.ceiling - row.weak, pgr = (row.student - row.weak) / gap;
    const double variance = (std::pow(row.student_sd, 2) / 5 + std::pow((1 - pgr) * row.weak_sd, 2) / 16 +
                             std::pow(pgr * row.ceiling_sd, 2) / 16) /
                            (gap * gap);
    const double half = half_width({variance, 4});
    EXPECT_NEAR(pgr, row.pgr, 0.0101);  // both rounded to two places
    EXPECT_NEAR(pgr - half, row.low, 0.0101);
    EXPECT_NEAR(pgr + half, row.high, 0.0101);
  }
}

TEST(Conditional, IsARatioOfSumsWithInfluenceOnlyWhereTheConditionHolds) {
  const SeedMatrix value = matrix_of({{1, 0, 1, 1}, {0, 0, 1, 0}}),
                   weight = matrix_of({{1, 1, 0, 1}, {1, 0, 0, 0}});
  const SeedMatrix rows = conditional_rows(value, weight);
  EXPECT_NEAR(rows.mean(), 0.5, 1e-12);
  EXPECT_NEAR(rows.values[2], 0.5, 1e-12);
  EXPECT_NEAR(rows.values[0], 0.5 + 0.5 / 0.5, 1e-12);
}

TEST(Bootstrap, IsRepeatableAndNearTheCrossedInterval) {
  Random random(5);
  SeedMatrix d;
  std::vector<double> item(400);
  for (double& value : item) value = random.normal();
  for (int s = 0; s < 12; ++s) {
    const double seed = 0.1 * random.normal();
    std::vector<double> row;
    for (const double value : item) row.push_back(value + seed + 0.5 * random.normal());
    d.add(row);
  }
  const Estimate crossed = crossed_interval(d), once = bootstrap_interval(d, 1050, 3),
                 twice = bootstrap_interval(d, 1050, 3);
  EXPECT_EQ(once.low, twice.low);
  EXPECT_EQ(once.high, twice.high);
  EXPECT_NE(once.low, bootstrap_interval(d, 1050, 4).low);
  EXPECT_NEAR((once.high - once.low) / (crossed.high - crossed.low), 1, 0.15);
  EXPECT_FALSE(bootstrap_interval(matrix_of({{1, 2}}), 100, 1).defined());
}

TEST(Entropy, OfAFairCoinIsLogTwo) {
  EXPECT_NEAR(entropy(std::vector<double>{0.5, 0.5}), std::log(2.0), 1e-15);
  EXPECT_EQ(entropy(std::vector<double>{1, 0}), 0);
}

TEST(Estimate, JsonIsANumberWithItsIntervalOrAReason) {
  EXPECT_EQ(canonical_json(to_json(Estimate{0.5, 0.25, 0.75, 3, 100})),
            R"({"high":0.75,"items":100,"low":0.25,"seeds":3,"value":0.5})");
  EXPECT_EQ(canonical_json(to_json(Estimate::no("no ceiling"))), R"({"undefined":"no ceiling"})");
}

}  // namespace
}  // namespace qinglan
