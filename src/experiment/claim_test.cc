// Claims, slices and what a run could find.

#include "experiment/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/foresight.h"
#include "experiment/slices.h"
#include "metrics/crossed.h"
#include "metrics/student_t.h"

namespace qinglan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Cell> cells() { return {{.id = "a > b : naive"}, {.id = "a > b : logconf"}}; }

std::string refusal(const std::string& name) {
  try {
    primary_cell(cells(), name);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(Claim, PrimaryIsTheOneCellThatHoldsTheName) {
  EXPECT_EQ(primary_cell(cells(), ""), "");
  EXPECT_EQ(primary_cell(cells(), "logconf"), "a > b : logconf");
  EXPECT_EQ(primary_cell(cells(), "a > b : naive"), "a > b : naive");
  EXPECT_THAT(refusal("a >"), HasSubstr("several"));
  EXPECT_THAT(refusal("other"), HasSubstr("a > b : logconf"));
}

std::vector<Example> rows(const std::vector<std::string>& texts) {
  std::vector<Example> made;
  for (const auto& text : texts)
    made.push_back(
        {.id = std::to_string(made.size()), .fields = {{"text", text}, {"genre", text.substr(0, 1)}}});
  return made;
}

TEST(Slices, QuartersByLengthKeepEqualOnesTogether) {
  const auto slices =
      slices_of(rows({"a", "a b", "a b", "b c d", "b c d e f", "a b c d", "a b", "b"}), "{text}", {"genre"});
  const Slicing& length = slices.at(kLengthSlices);
  EXPECT_THAT(length.values, ElementsAre("1", "2", "3", "4 to 5"));
  EXPECT_THAT(length.of, ElementsAre(0, 1, 1, 2, 3, 3, 1, 0));
  EXPECT_THAT(slices.at("genre").values, ElementsAre("a", "b"));
  EXPECT_THAT(slices.at("genre").of, ElementsAre(0, 0, 0, 1, 1, 0, 0, 1));
}

TEST(Slices, OfFewRowsOrOneLengthAreFewer) {
  EXPECT_THAT(slices_of(rows({"a b", "c d"}), "text", {}).at(kLengthSlices).values, ElementsAre("2"));
  EXPECT_THAT(slices_of(rows({"a b"}), "text", {}).at(kLengthSlices).of, ElementsAre(0));
  EXPECT_TRUE(slices_of(rows({"a b"}), "{other}", {}).empty());
  EXPECT_TRUE(slices_of({}, "text", {}).empty());
}

TEST(Foresight, RowsThatItAsksForFindTheGain) {
  const Foresight few = foresee(5, 200, 0.05);
  EXPECT_GT(few.detectable, 0.05);
  ASSERT_GT(few.rows, 200);
  EXPECT_LE(foresee(5, few.rows, 0.05).detectable, 0.05);
  EXPECT_GT(foresee(5, few.rows - 1, 0.05).detectable, 0.05);
  EXPECT_EQ(foresee(3, 200, 0.005).rows, 0) << "seeds alone vary more than that";
  EXPECT_TRUE(to_json(foresee(1, 200, 0.01)).contains("undefined"));
  // Rows alone: (t_.975 + t_.8) sqrt(.3 / n) where seeds are many.
  const double z = student_t_quantile(0.975, 1e9) + student_t_quantile(0.8, 1e9);
  EXPECT_NEAR(foresee(100000, 3000, 0.01).detectable, z * std::sqrt(0.3 / 3000), 2e-5);
}

}  // namespace
}  // namespace qinglan
