#include "data/gold_rows.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;
using testing::IsSubsetOf;

constexpr std::size_t kRows = 40;

// Weak labels say class 1 of every row; the truth is class 1 of three rows in four.
WeakLabels weak() {
  WeakLabels labels;
  labels.classes = 2;
  for (std::size_t i = 0; i < kRows; ++i) {
    labels.ids.push_back("r" + std::to_string(i));
    labels.p.insert(labels.p.end(), {0.25f, 0.75f});
    labels.abstain.push_back(0);
  }
  return labels;
}

GroundTruth truth() {
  std::map<std::string, std::int32_t> label_of;
  for (std::size_t i = 0; i < kRows; ++i) label_of["r" + std::to_string(i)] = i % 4 != 0;
  return GroundTruth({"no", "yes"}, label_of);
}

GoldRows drawn(std::size_t rows, GoldPlace place = GoldPlace::random, std::uint64_t seed = 3) {
  return draw_gold(truth(), weak(), {kGoldPurpose, rows}, place, seed);
}

TEST(GoldRows, AreTrueDrawnBySeedAndNested) {
  const GoldRows ten = drawn(10), twenty = drawn(20);
  EXPECT_EQ(ten.size(), 10u);
  EXPECT_THAT(ten.ids, IsSubsetOf(twenty.ids));
  EXPECT_NE(ten.ids, drawn(10, GoldPlace::random, 4).ids);
  for (std::size_t i = 0; i < ten.size(); ++i) EXPECT_EQ(ten.labels[i], truth().label(ten.ids[i]));
}

TEST(GoldRows, WrongFirstTakesWhatTheSupervisorGotWrong) {
  EXPECT_THAT(drawn(10, GoldPlace::wrong_first).labels, Each(0));
  const auto more = drawn(14, GoldPlace::wrong_first).labels;
  EXPECT_EQ(std::count(more.begin(), more.end(), 0), 10);
}

TEST(GoldRows, ABudgetBeyondTheDataIsRefused) {
  EXPECT_THAT(error_of([] { drawn(kRows + 1); }), AllOf(HasSubstr("at most 40 rows"), HasSubstr("41")));
}

TEST(GoldRows, ComeBackFromAFileAndRefuseDamage) {
  const TestFolder folder;
  const auto path = folder.path() + "/gold.json";
  write_gold_rows(real_file_system(), path, drawn(5));
  const GoldRows read = read_gold_rows(real_file_system(), path);
  EXPECT_EQ(read.ids, drawn(5).ids);
  EXPECT_EQ(read.labels, drawn(5).labels);
  EXPECT_EQ(read.classes, 2u);
  EXPECT_EQ(read.consulted, 0u);
  EXPECT_EQ(drawn(5, GoldPlace::wrong_first).consulted, kRows);
  const auto damaged = [&](const char* text) {
    folder.write("gold.json", text);
    return error_of([&] { read_gold_rows(real_file_system(), path); });
  };
  EXPECT_THAT(damaged(R"({"classes":2,"consulted":0,"rows":[["a",1],["a",1]]})"), HasSubstr("twice"));
  EXPECT_THAT(damaged(R"({"classes":2,"consulted":0,"rows":[["a",2]]})"), HasSubstr("outside the classes"));
  EXPECT_THAT(damaged(R"({"classes":2,"consulted":0,"rows":[["a"]]})"), HasSubstr("no [id, label]"));
}

WeakLabels two() {
  WeakLabels labels;
  labels.ids = {"a", "b"};
  labels.classes = 2;
  labels.p = {0.25f, 0.75f, 0.5f, 0.5f};
  labels.abstain = {0, 1};
  return labels;
}

TEST(WithGold, TrueLabelsTakeThePlaceOfWeakOnes) {
  const GoldRows gold{{"a", "c"}, 2, {0, 1}};  // c: a row that some filter left out
  const auto mixed = TrainingLabels::with_gold(two(), gold, {.smoothing = 0.1});
  EXPECT_THAT(mixed.ids(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(mixed.p(), ElementsAre(FloatEq(.95f), FloatEq(.05f), .5f, .5f, FloatEq(.05f), FloatEq(.95f)));
  EXPECT_TRUE(mixed.weights().empty());
  EXPECT_TRUE(mixed.anchored().empty());
  EXPECT_EQ(mixed.prior(), two().mean()) << "the weak labels': no use of truth that nobody declared";
  EXPECT_EQ(mixed.certificate(), Json::parse(R"([{"rows": 2, "purpose": "gold budget"}])"));
}

TEST(WithGold, WeightsAndAnchorsGoByRow) {
  const GoldRows gold{{"b"}, 2, {1}};
  const auto weighted = TrainingLabels::with_gold(two(), gold, {.weight = 4, .weak_weights = {0.5f, 0.25f}});
  EXPECT_THAT(weighted.weights(), ElementsAre(0.5f, 4.0f));
  EXPECT_THAT(TrainingLabels::with_gold(two(), gold, {.anchored = true}).anchored(), ElementsAre(0, 1));
  const auto hard = TrainingLabels::with_gold(two(), gold, {}, /*hard=*/true);
  EXPECT_THAT(hard.ids(), ElementsAre("a", "b")) << "the abstention is back with its true label";
  EXPECT_THAT(hard.p(), ElementsAre(0, 1, 0, 1));
}

TEST(WithGold, AloneIsGoldOnly) {
  const auto only = TrainingLabels::with_gold(two(), {{"b"}, 2, {1}}, {.alone = true});
  EXPECT_THAT(only.ids(), ElementsAre("b"));
  EXPECT_THAT(only.p(), ElementsAre(0, 1));
  EXPECT_THAT(only.prior(), ElementsAre(0, 1));
  EXPECT_EQ(
      TrainingLabels::with_gold(two(), {{"b"}, 2, {1}, 2}, {}).certificate(),
      Json::parse(
          R"([{"rows": 1, "purpose": "gold budget"}, {"rows": 2, "purpose": "place of the gold budget"}])"));
}

}  // namespace
}  // namespace qinglan
