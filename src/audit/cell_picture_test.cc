// What a report draws of a cell, by hand.

#include "audit/cell_picture.h"

#include <gtest/gtest.h>

#include "audit/audit_fixture.h"
#include "audit/judgement.h"

namespace qinglan {
namespace {

// Margins towards the truth: of 200 items, a quarter each of supervisor and student right or wrong.
RecordMaker quarters(std::size_t seeds = 2) {
  RecordMaker maker({.seeds = seeds, .items = 200});
  for (std::size_t s = 0; s < seeds; ++s) {
    maker.answer("weak_floor" + std::to_string(s), [](std::size_t i) { return i % 4 < 2 ? 2.0 : -2.0; });
    maker.answer("weak_to_strong" + std::to_string(s), [](std::size_t i) {
      return i % 4 == 0 || i % 4 == 2 ? 1.0 + static_cast<double>(i) / 200 : -1.0;
    });
    maker.answer("strong_ceiling" + std::to_string(s), [](std::size_t) { return 3.0; });
  }
  return maker;
}

double sigmoid(double margin) { return 1 / (1 + std::exp(-margin)); }

TEST(Reliability, BinsHoldWhatWasStatedAndWhatCameTrue) {
  RecordMaker maker({.seeds = 2, .items = 400});
  for (const char* seed : {"0", "1"})  // sure: right on 9 of 10; unsure: right on every second
    maker.answer(std::string("weak_to_strong") + seed, [](std::size_t i) {
      return i < 200 ? (i % 10 == 0 ? -3.0 : 3.0) : (i % 2 == 0 ? -0.5 : 0.5);
    });
  const auto bins = picture_cells(maker.record(), 1)[0].weak_to_strong;
  ASSERT_EQ(bins.size(), 2u);  // equal probabilities are one bin
  EXPECT_NEAR(bins[0].confidence, sigmoid(0.5), 1e-6);
  EXPECT_NEAR(bins[0].accuracy.value, 0.5, 1e-12);
  EXPECT_NEAR(bins[1].confidence, sigmoid(3), 1e-6);
  EXPECT_NEAR(bins[1].accuracy.value, 0.9, 1e-12);
  for (const ReliabilityBin& bin : bins) {
    EXPECT_EQ(bin.answers, 400);
    EXPECT_LT(bin.accuracy.low, bin.accuracy.value);
    EXPECT_EQ(bin.accuracy.seeds, 2);
  }
}

TEST(Reliability, BinsTogetherAreAllAnswersAndTheirAccuracy) {
  RecordMaker maker({.seeds = 3, .items = 500});
  const auto bins = picture_cells(maker.record(), 1)[0].weak_to_strong;
  ASSERT_EQ(bins.size(), 8u);
  std::int64_t answers = 0;
  double right = 0;
  for (const ReliabilityBin& bin : bins) {
    answers += bin.answers;
    right += bin.accuracy.value * static_cast<double>(bin.answers);
    EXPECT_NEAR(static_cast<double>(bin.answers), 1500.0 / 8, 1.0);
  }
  EXPECT_EQ(answers, 1500);
  // Bins' accuracies are means of the seeds' own, which differ a little in how many answers each has.
  EXPECT_NEAR(right / 1500, judge(maker.record()).cells[0].fives.at("accuracy").weak_to_strong.value, 0.01);
}

TEST(Agreements, AreThoseOfQuarters) {
  RecordMaker maker = quarters();
  const auto pairs = picture_cells(maker.record(), 1)[0].agreements;
  ASSERT_EQ(pairs.size(), 6u);
  const std::map<std::pair<std::string, std::string>, double> expected = {
      {{"ground truth", "weak_floor"}, 0.5},   {{"ground truth", "weak_to_strong"}, 0.5},
      {{"ground truth", "strong_ceiling"}, 1}, {{"weak_floor", "weak_to_strong"}, 0.5},
      {{"weak_floor", "strong_ceiling"}, 0.5}, {{"weak_to_strong", "strong_ceiling"}, 0.5}};
  for (const Agreement& pair : pairs)
    EXPECT_NEAR(pair.same.value, expected.at({pair.first, pair.second}), 1e-12) << pair.first << pair.second;
}

TEST(AnswerPairs, CountEveryAnswerOnce) {
  RecordMaker maker = quarters();
  maker.series("weak_floor0").abstained.assign(200, 0);
  maker.series("weak_floor0").abstained[0] = 1;
  std::int64_t answers = 0, silent = 0, student_right = 0;
  const std::vector<CellPicture> pictures = picture_cells(maker.record(), 1);
  for (const AnswerPair& pair : pictures[0].answers) {
    answers += pair.answers;
    student_right += pair.student_right;
    if (pair.supervisor < 0) silent += pair.answers;
  }
  EXPECT_EQ(answers, 400);
  EXPECT_EQ(silent, 1);
  EXPECT_EQ(student_right, 200);
}

TEST(Disagreements, AreSortedByWhoIsRightAndBySureness) {
  RecordMaker maker = quarters();
  const Disagreements found = picture_cells(maker.record(), 3)[0].disagreements;
  ASSERT_EQ(found.student_right.size(), 3u);  // items 2, 6, ...: the surest are the last ones
  EXPECT_EQ(found.student_right[0].item, 198u);
  EXPECT_EQ(found.student_right[1].item, 194u);
  EXPECT_EQ(found.student_right[0].seeds, 2);
  EXPECT_NEAR(found.student_right[0].student_probability, sigmoid(1.99), 1e-6);
  ASSERT_EQ(found.supervisor_right.size(), 3u);  // items 1, 5, ...: all as sure, so in their order
  EXPECT_EQ(found.supervisor_right[0].item, 1u);
  EXPECT_TRUE(found.neither.empty());  // of two classes, one of two that differ is right
}

TEST(Disagreements, InMoreSeedsComeFirst) {
  RecordMaker maker = quarters();
  maker.answer("weak_to_strong1", [](std::size_t i) { return i == 6 || i % 4 < 2 ? 1.0 : -1.0; });
  const Disagreements found = picture_cells(maker.record(), 2)[0].disagreements;
  EXPECT_EQ(found.student_right[0].item, 6u);
  EXPECT_EQ(found.student_right[0].seeds, 2);
  EXPECT_EQ(found.student_right[1].seeds, 1);
}

TEST(CellPicture, OfWhatIsNotThereIsEmpty) {
  RecordMaker none({.ceiling = -1});
  const CellPicture picture = picture_cells(none.record(), 2)[0];
  EXPECT_TRUE(picture.strong_ceiling.empty());
  EXPECT_EQ(picture.agreements.size(), 3u);
  RecordMaker failed = quarters();
  failed.cell().status = "failed";
  EXPECT_TRUE(picture_cells(failed.record(), 2)[0].weak_to_strong.empty());
  RecordMaker silent = quarters();
  silent.series("weak_floor1").status = "failed";
  const CellPicture without = picture_cells(silent.record(), 2)[0];
  EXPECT_TRUE(without.answers.empty());
  EXPECT_TRUE(without.disagreements.student_right.empty());
  EXPECT_FALSE(without.weak_to_strong.empty());
}

}  // namespace
}  // namespace qinglan
