#include "data/held_out.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "data/test_files.h"

namespace qinglan {
namespace {

WeakLabels labels_of(const std::vector<Example>& rows) {
  WeakLabels labels;
  labels.classes = 2;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    labels.ids.push_back(rows[i].id);
    const float p = static_cast<float>(i) / static_cast<float>(rows.size());
    labels.p.insert(labels.p.end(), {1 - p, p});
    labels.abstain.push_back(i % 10 == 0);
  }
  return labels;
}

TEST(HeldOut, WholeGroupsUntilTheShareIsReached) {
  const auto rows = examples(1000, 7);
  const auto held = draw_held_out(rows, 0.1, 3);
  EXPECT_GE(held.size(), 100u);
  EXPECT_LT(held.size(), 107u);
  std::map<std::string, int> sides;
  for (const auto& row : rows) sides[row.group] |= held.contains(row.id) ? 1 : 2;
  for (const auto& [group, side] : sides) EXPECT_NE(side, 3) << group;
}

TEST(HeldOut, DependsOnSeedAndIdsNotOnOrder) {
  auto rows = examples(100, 1);
  const auto before = draw_held_out(rows, 0.2, 3);
  EXPECT_EQ(before.size(), 20u);
  EXPECT_NE(before, draw_held_out(rows, 0.2, 4));
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(before, draw_held_out(rows, 0.2, 3));
}

TEST(HeldOut, ALargerShareHoldsTheSmallerOne) {
  const auto rows = examples(100, 3);
  const auto few = draw_held_out(rows, 0.1, 5), many = draw_held_out(rows, 0.4, 5);
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
}

TEST(HeldOut, NeedsTwoGroups) {
  EXPECT_THAT(error_of([] { draw_held_out(examples(5, 5), 0.1, 0); }), testing::HasSubstr("two groups"));
}

TEST(HeldOut, PartsAreDisjointInOrderAndOnlyLabelledRowsChoose) {
  const auto rows = examples(100, 1);
  const WeakLabels labels = labels_of(rows);
  const auto held = draw_held_out(rows, 0.3, 1);
  const HeldOutLabels parts = hold_out(labels, held);
  EXPECT_EQ(parts.train.size(), 70u);
  std::size_t abstained = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    abstained += labels.abstain[i] && held.contains(labels.ids[i]);
  EXPECT_GT(abstained, 0u);
  EXPECT_EQ(parts.held_out.size(), 30u - abstained);
  std::size_t train = 0, chosen = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (held.contains(labels.ids[i]) && labels.abstain[i]) continue;
    const bool in_held = held.contains(labels.ids[i]);
    const WeakLabels& part = in_held ? parts.held_out : parts.train;
    const std::size_t row = in_held ? chosen++ : train++;
    EXPECT_EQ(part.ids[row], labels.ids[i]);
    EXPECT_EQ(part.p[2 * row + 1], labels.p[2 * i + 1]);
    EXPECT_EQ(part.abstain[row], labels.abstain[i]);
  }
}

TEST(HeldOut, RefusesAPartWithoutLabels) {
  const auto rows = examples(20, 1);
  WeakLabels labels = labels_of(rows);
  EXPECT_THAT(error_of([&] { hold_out(labels, {"id0"}); }), testing::HasSubstr("weak label to choose by"));
  std::set<std::string> all(labels.ids.begin(), labels.ids.end());
  EXPECT_THAT(error_of([&] { hold_out(labels, all); }), testing::HasSubstr("left to train on"));
}

}  // namespace
}  // namespace qinglan
