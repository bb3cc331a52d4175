#include "report/number.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/svg.h"
#include "report/utf8.h"

namespace qinglan {
namespace {

TEST(Number, RoundsAndSigns) {
  EXPECT_EQ(fixed(-0.04, 1), "0.0");
  EXPECT_EQ(fixed(-0.06, 1), "-0.1");
  EXPECT_EQ(fixed(std::nan(""), 1), "not finite");
  EXPECT_EQ(points(0.0552), "+5.5");
  EXPECT_EQ(points(-0.0552), "-5.5");
  EXPECT_EQ(points(-0.0001), "0.0");
}

TEST(Number, Quantities) {
  EXPECT_EQ(p_text(0.0304), "0.030");
  EXPECT_EQ(p_text(0.0004), "< 0.001");
  EXPECT_EQ(flops_text(0), "0 FLOP");
  EXPECT_EQ(flops_text(3.42e15), "3.42 PFLOP");
  EXPECT_EQ(flops_text(4.2e22), "42000.0 EFLOP");
  EXPECT_EQ(seconds_text(0.25), "0.25 s");
  EXPECT_EQ(seconds_text(59.99), "1 min 00 s");
  EXPECT_EQ(seconds_text(192), "3 min 12 s");
  EXPECT_EQ(seconds_text(7500), "2 h 05 min");
  EXPECT_EQ(seconds_text(-1), "not measured");
  EXPECT_EQ(bytes_text(1288490188), "1.2 GiB");
  EXPECT_EQ(bytes_text(900), "900 B");
}

TEST(Number, EstimatesAreNeverABareZero) {
  EXPECT_EQ(estimate_text({.value = 0.5, .low = 0.4, .high = 0.6, .seeds = 3, .items = 9}),
            "50.0% [40.0, 60.0]");
  EXPECT_EQ(estimate_text({.value = 0.055, .low = -0.01, .high = 0.12, .seeds = 3, .items = 9}, Unit::points),
            "+5.5 [-1.0, +12.0]");
  EXPECT_EQ(
      estimate_text({.value = 0.712, .low = 0.7, .high = 0.7245, .seeds = 3, .items = 9}, unit_of("auroc")),
      "0.712 [0.700, 0.725]");
  EXPECT_EQ(value_text({.value = 0.056, .seeds = 3, .items = 9}, difference_unit_of("auroc")), "+0.056");
  EXPECT_EQ(estimate_text(Estimate::no("no ceiling")), "undefined: no ceiling");
  EXPECT_EQ(estimate_text(measured({})), "undefined: not measured");
}

TEST(Svg, ScalesClampAndRefuseNonsense) {
  const Scale scale{-0.5, 1.5};
  EXPECT_EQ(scale.place(0.5), 50);
  EXPECT_EQ(scale.place(9), 100);
  EXPECT_EQ(scale.place(-9), 0);
  EXPECT_EQ(scale.place(std::nan("")), 0);
  EXPECT_EQ((Scale{1, 1}.place(1)), 0);
}

TEST(Svg, TicksAreRoundAndFew) {
  EXPECT_EQ(round_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(round_ticks(1, 120, 4).size(), 2u);
  EXPECT_EQ(round_ticks(3, 3, 4), (std::vector<double>{3}));
  for (const double high : {1e-6, 0.03, 7.0, 1e9}) EXPECT_LE(round_ticks(0, high, 4).size(), 5u) << high;
}

TEST(Svg, AChartOfNothingIsNothing) {
  EXPECT_TRUE(line_chart({}).empty());
  EXPECT_TRUE(line_chart({.lines = {{.points = {{1, std::nan("")}}}}}).empty());
  EXPECT_FALSE(line_chart({.lines = {{.points = {{1, 0.5}}}}}).empty());
}

TEST(Utf8, WidthsAndRepairs) {
  EXPECT_EQ(display_width("a→青"), 4);
  EXPECT_EQ(display_width("e\xcc\x81"), 1);
  EXPECT_EQ(plain_line("a\tb\n"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(plain_line("\xc0\x80\xed\xa0\x80"),
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(plain_line("青\xf0\x9f\x98\x80"), "青\xf0\x9f\x98\x80");
  EXPECT_EQ(plain_line("\xe9\x9d"), "\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace qinglan
