#include "audit/verdict_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/audit_fixture.h"
#include "audit/words.h"

namespace qinglan {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(VerdictCard, OfAGainSaysHowFarFromNoneAndFromTheBestControl) {
  RecordMaker maker({});
  maker.add_control("n-gram student", 0.58, false);
  maker.add_control("shuffled", 0.5, true);
  maker.cell().controls["zero-shot"].undefined = "no label words";
  const CellJudgement cell = judged(maker);
  ASSERT_EQ(cell.verdict, Verdict::partial) << cell.reason;
  EXPECT_THAT(cell.card.sure, Contains("5 seeds x 1,000 test rows; each interval is of 95% and over both"));
  EXPECT_THAT(cell.card.sure, Contains("of 5 seeds the student has surely more right answers in 5, surely "
                                       "fewer in 0 (McNemar, p < .05)"));
  EXPECT_THAT(cell.card.sure, Contains(StartsWith("a run like this finds a gain of ")));
  ASSERT_EQ(cell.card.overturn.size(), 2u);
  EXPECT_THAT(cell.card.overturn[0], StartsWith("no gain once seeds and test rows are drawn anew: "));
  EXPECT_THAT(cell.card.overturn[0],
              HasSubstr(difference_in_metric("accuracy", cell.fives.at("accuracy").gain.low)));
  EXPECT_THAT(cell.card.overturn[1], HasSubstr("the best one, n-gram student, is below the student by "));
  EXPECT_THAT(cell.card.untested,
              Contains("controls that were not run: length-only, zero-shot, random-init, weak-twice"));
  EXPECT_THAT(cell.card.untested,
              Contains("another supervisor than lexicon, another student than SmolLM2-135M"));
  EXPECT_THAT(cell.card.untested, Contains(HasSubstr("in its pretraining")));
  EXPECT_THAT(cell.card.untested, Contains(HasSubstr("a higher one would make the share smaller")));
  EXPECT_THAT(cell.card.untested, Not(Contains(HasSubstr("declared, not enforced"))));
}

TEST(VerdictCard, NamesWhatTheRunAllowed) {
  RecordMaker maker({});
  maker.record().data.overlap = 7;
  maker.record().data.overlap_allowed = true;
  maker.record().ledger.claims = 4;
  maker.series("weak_to_strong0").certificate["enforced"] = false;
  const CellJudgement cell = judged(maker);
  EXPECT_THAT(cell.card.overturn, Contains("what the spec allows: 7 train rows equal to a test text"));
  EXPECT_THAT(cell.card.overturn, Contains(StartsWith("choice among runs: this is one of 4 ")));
  EXPECT_THAT(cell.card.untested, Contains("that students kept to their inputs: declared, not enforced"));
}

// What the first line on overturning says of each verdict.
TEST(VerdictCard, HasItsEdgeForEveryVerdict) {
  const auto edge = [](Draw draw) {
    RecordMaker maker(draw);
    const CellJudgement cell = judged(maker);
    return std::string(name_of(cell.verdict)) + ": " + cell.card.overturn.at(0);
  };
  EXPECT_THAT(edge({.student = 0.845, .seed_sd = 0.003}),
              StartsWith("recovered: a recovered share below 80% once"));
  EXPECT_THAT(edge({.ceiling = -1}), StartsWith("gain: a gain below 1.0 points once"));
  EXPECT_THAT(edge({.items = 4000, .student = 0.62, .seed_sd = 0.003, .shared = 1}),
              StartsWith("no-gain: a difference of "));
  EXPECT_THAT(edge({.student = 0.5}), StartsWith("harmful: no loss once"));
  EXPECT_THAT(edge({.seeds = 2}), StartsWith("underpowered: it decides nothing"));
  EXPECT_THAT(edge({.ceiling = 0.60}), StartsWith("ceiling-invalid: a ceiling of another recipe, surely more "
                                                  "than 3.0 points above the supervisor"));
}

TEST(VerdictCard, OfAFailedControlSpeaksOfTheControl) {
  RecordMaker maker({});
  maker.add_control("shuffled", 0.7, true);
  const CellJudgement cell = judged(maker);
  EXPECT_EQ(cell.verdict, Verdict::control_failed);
  EXPECT_THAT(cell.card.overturn, ElementsAre("a run in which that control does what it must"));
}

TEST(VerdictCard, OfTooLittleNamesAControlThatTheGainWouldHaveToBeat) {
  RecordMaker maker({.seeds = 2});
  maker.add_control("zero-shot", 0.9, false, /*each_seed=*/false);
  const CellJudgement cell = judged(maker);
  EXPECT_EQ(cell.verdict, Verdict::underpowered);
  ASSERT_EQ(cell.card.overturn.size(), 2u);
  EXPECT_THAT(cell.card.overturn[1],
              StartsWith("a gain must beat the control 'zero-shot' too: the student less that control is -"));
  RecordMaker lower({.seeds = 2});
  lower.add_control("zero-shot", 0.5, false, /*each_seed=*/false);
  EXPECT_THAT(judged(lower).card.overturn, SizeIs(1));
}

TEST(VerdictCard, OfAFailedCellIsEmpty) {
  RecordMaker maker({});
  maker.cell().status = "failed";
  const CellJudgement cell = judged(maker);
  EXPECT_THAT(cell.card.sure, IsEmpty());
  EXPECT_THAT(cell.card.untested, IsEmpty());
}

TEST(VerdictCard, WithoutACeilingSaysThatTheShareIsUnknown) {
  RecordMaker maker({.ceiling = -1});
  EXPECT_THAT(judged(maker).card.untested, Contains("how much of the gap that is: there is no ceiling"));
}

}  // namespace
}  // namespace qinglan
