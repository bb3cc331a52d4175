#include "data/shots.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "data/dataset.h"
#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

// Three rows in four are of class "yes".
GroundTruth truth() {
  std::map<std::string, std::int32_t> label_of;
  for (int i = 0; i < 40; ++i) label_of["r" + std::to_string(i)] = i % 4 != 0;
  return GroundTruth({"no", "yes"}, label_of);
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (int i = 0; i < 40; ++i) all.push_back("r" + std::to_string(i));
  return all;
}

TEST(Shots, AreTrueBalancedAndDrawnBySeed) {
  const GoldRows shots = draw_shots(truth(), ids(), 4, 3);
  ASSERT_EQ(shots.size(), 8u);
  EXPECT_EQ(std::count(shots.labels.begin(), shots.labels.end(), 1), 4);
  for (std::size_t i = 0; i < shots.size(); ++i) EXPECT_EQ(shots.labels[i], truth().label(shots.ids[i]));
  EXPECT_NE(shots.ids, draw_shots(truth(), ids(), 4, 4).ids);
}

TEST(Shots, DoNotDependOnTheOrderOfTheData) {
  auto turned = ids();
  std::reverse(turned.begin(), turned.end());
  EXPECT_EQ(draw_shots(truth(), ids(), 3, 1).ids, draw_shots(truth(), turned, 3, 1).ids);
}

TEST(Shots, AreAmongThoseOfALargerBudgetInTheSameOrder) {
  const GoldRows few = draw_shots(truth(), ids(), 2, 5), many = draw_shots(truth(), ids(), 6, 5);
  std::vector<std::string> kept;
  const std::set<std::string> wanted(few.ids.begin(), few.ids.end());
  for (const auto& id : many.ids)
    if (wanted.contains(id)) kept.push_back(id);
  EXPECT_EQ(kept, few.ids);
}

TEST(Shots, AllLabelsThatWereReadAreDeclared) {
  const GoldRows shots = draw_shots(truth(), ids(), 8, 0);
  EXPECT_GT(shots.consulted, shots.size());
  const Json uses = shots_certificate(shots);
  EXPECT_EQ(uses[0], (Json{{"rows", 16}, {"purpose", "few-shot examples"}}));
  EXPECT_EQ(uses[1]["rows"], shots.consulted);
}

TEST(Shots, MoreThanAClassHasIsRefused) {
  EXPECT_THAT(error_of([] { draw_shots(truth(), ids(), 11, 0); }),
              testing::AllOf(HasSubstr("'no'"), HasSubstr("11 in the supervision half"), HasSubstr("10")));
}

}  // namespace
}  // namespace qinglan
