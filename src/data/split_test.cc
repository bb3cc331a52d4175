#include "data/split.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "data/test_files.h"

namespace qinglan {
namespace {

std::set<std::string> ids(const std::vector<Example>& rows, const std::vector<std::size_t>& half) {
  std::set<std::string> result;
  for (const auto i : half) result.insert(rows[i].id);
  return result;
}

TEST(SplitHalves, AreDisjointEqualAndKeepGroups) {
  const auto rows = examples(1001, 7);
  const auto halves = split_halves(rows, 3);
  EXPECT_EQ(halves.supervision.size() + halves.transfer.size(), rows.size());
  EXPECT_NEAR(static_cast<double>(halves.supervision.size()), 500.5, 4);
  EXPECT_TRUE(std::is_sorted(halves.transfer.begin(), halves.transfer.end()));
  std::map<std::string, int> sides;
  for (const auto i : halves.supervision) sides[rows[i].group] |= 1;
  for (const auto i : halves.transfer) sides[rows[i].group] |= 2;
  for (const auto& [group, side] : sides) EXPECT_NE(side, 3) << group;
}

TEST(SplitHalves, DependOnSeedAndIdsNotOnOrder) {
  auto rows = examples(100, 1);
  const auto before = ids(rows, split_halves(rows, 3).transfer);
  EXPECT_NE(before, ids(rows, split_halves(rows, 4).transfer));
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(before, ids(rows, split_halves(rows, 3).transfer));
}

TEST(SplitHalves, NeedTwoGroups) {
  EXPECT_THAT(error_of([] { split_halves(examples(5, 5), 0); }), testing::HasSubstr("two groups"));
}

}  // namespace
}  // namespace qinglan
