#include "audit/record_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "audit/audit_fixture.h"
#include "audit/judgement.h"
#include "base/error.h"

namespace qinglan {
namespace {

Record made(double student, std::size_t seeds = 5) {
  return RecordMaker({.seeds = seeds, .items = 600, .student = student}).record();
}

// The same record with its test rows in another order.
Record reversed(Record record) {
  std::reverse(record.items.begin(), record.items.end());
  std::reverse(record.truth.begin(), record.truth.end());
  std::reverse(record.groups.begin(), record.groups.end());
  for (auto& [name, series] : record.series) {
    const std::vector<float> logits = series.logits;
    const std::size_t n = record.items.size();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < 2; ++k) series.logits[2 * i + k] = logits[2 * (n - 1 - i) + k];
  }
  return record;
}

TEST(RecordComparison, OfARunWithItselfIsZeroWhateverTheOrderOfRows) {
  const Record record = made(0.75);
  for (const Record& other : {record, reversed(record)}) {
    const RecordComparison comparison = compare_records(record, other);
    ASSERT_EQ(comparison.pairs.size(), 1u);
    const CellPair& pair = comparison.pairs[0];
    EXPECT_EQ(pair.difference.difference.value, 0);
    EXPECT_EQ(pair.difference.p, 1);
    EXPECT_EQ(pair.score_a.value, judge(record).cells[0].fives.at("accuracy").weak_to_strong.value);
    EXPECT_EQ(pair.score_b.value, pair.score_a.value);
  }
}

TEST(RecordComparison, FindsTheBetterStudentAndChangesSignWhenTurned) {
  const Record a = made(0.70), b = made(0.80);
  const Comparison forward = compare_records(a, b).pairs[0].difference,
                   backward = compare_records(b, a).pairs[0].difference;
  EXPECT_GT(forward.difference.low, 0);
  EXPECT_LT(forward.p, 0.05);
  EXPECT_EQ(forward.family, 1);
  EXPECT_DOUBLE_EQ(forward.difference.value, -backward.difference.value);
  EXPECT_DOUBLE_EQ(forward.p, backward.p);
}

TEST(RecordComparison, UsesTheSeedsThatBothHave) {
  const Record five = made(0.75), three = made(0.75, 3);
  const CellPair pair = compare_records(five, three).pairs[0];
  EXPECT_EQ(pair.score_a.seeds, 3);
  EXPECT_EQ(pair.difference.difference.seeds, 3);
  Record others = three;
  for (SeedRun& seed : others.cells[0].seeds) seed.seed += 100;
  EXPECT_EQ(compare_records(five, others).pairs[0].difference.difference.undefined, "no seed in common");
}

TEST(RecordComparison, PairsCellsByIdAndNamesThoseAlone) {
  Record a = made(0.70), b = made(0.80);
  for (Record* record : {&a, &b}) {
    record->cells.push_back(record->cells[0]);
    record->cells.push_back(record->cells[0]);
    record->cells[1].id = "second";
  }
  a.cells[2].id = "only here";
  b.cells[2].id = "only there";
  const RecordComparison comparison = compare_records(a, b);
  ASSERT_EQ(comparison.pairs.size(), 2u);
  EXPECT_EQ(comparison.pairs[1].b, "second");
  EXPECT_EQ(comparison.pairs[0].difference.family, 2);
  EXPECT_DOUBLE_EQ(comparison.pairs[0].difference.p_holm,
                   std::min(1.0, 2 * comparison.pairs[0].difference.p));
  EXPECT_EQ(comparison.only_a, std::vector<std::string>{"only here"});
  EXPECT_EQ(comparison.only_b, std::vector<std::string>{"only there"});
  const Json document = comparison_document(a, b, comparison);
  EXPECT_EQ(document["pairs"][0]["difference"]["seeds"], 5);
  EXPECT_EQ(document["only_b"][0], "only there");
}

TEST(RecordComparison, AFailedCellIsUndefinedNotZero) {
  Record a = made(0.70), b = a;
  b.cells[0].status = "failed";
  const CellPair pair = compare_records(a, b).pairs[0];
  EXPECT_EQ(pair.score_b.undefined, "the cell failed");
  EXPECT_EQ(pair.difference.difference.undefined, "the cell failed");
}

TEST(RecordComparison, RefusesOtherRowsTruthOrClasses) {
  const Record a = made(0.70);
  Record rows = a, truth = a, classes = a, fewer = RecordMaker({.items = 500}).record();
  rows.items[3] = "another";
  truth.truth[3] = 1 - truth.truth[3];
  classes.data.classes = {"no", "maybe"};
  for (const Record& other : {rows, truth, classes, fewer}) {
    try {
      compare_records(a, other);
      ADD_FAILURE() << "compared";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    }
  }
}

}  // namespace
}  // namespace qinglan
