#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/audit_fixture.h"

namespace qinglan {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Notes, AClassOfHardlyAnyRowIsNamed) {
  RecordMaker maker({});
  maker.record().data.train_share = {0.003, 0.997};
  EXPECT_THAT(judge(maker.record()).notes,
              Contains("the class 'no' has 0.3% of the train rows: is it a label misspelt?"));
  maker.record().data.train_share = {0.4, 0.6};
  EXPECT_THAT(judge(maker.record()).notes, Not(Contains(HasSubstr("misspelt"))));
}

TEST(Notes, SayWhatStagesFound) {
  RecordMaker maker({.seeds = 2});
  maker.cell().method = "filter:overlap | retrain:confident | naive";
  for (const char* student : {"weak_to_strong0", "weak_to_strong1"})
    maker.series(student).label_stages = {
        {"filter:overlap", 1000, 300, 0, 750, 240, {{"easy", 500}, {"hard", 200}, {"overlap", 300}}},
        {"retrain:confident", 300, 150, 30, 240, 132}};
  const auto notes = judge(maker.record()).cells[0].notes;
  EXPECT_THAT(notes,
              Contains("filter:overlap kept 600 of 2,000 labels in 2 seeds: 80.0% of the kept ones are "
                       "right, 75.0% of all; of all 50.0% easy, 20.0% hard, 30.0% overlap"));
  EXPECT_THAT(notes, Contains("retrain:confident kept 300 of 600 labels in 2 seeds, 60 of them with another "
                              "class: 88.0% of the kept ones are right, 80.0% of all"));
}

TEST(Notes, SayHowManyRowsTheSupervisorHasNoAnswerTo) {
  RecordMaker maker({.seeds = 2});
  EXPECT_THAT(judge(maker.record()).cells[0].notes, Not(Contains(HasSubstr("no answer"))));
  for (const char* floor : {"weak_floor0", "weak_floor1"}) {
    auto& abstained = maker.series(floor).abstained;
    abstained.assign(maker.record().items.size(), 0);
    abstained[0] = 1;
  }
  ASSERT_EQ(maker.record().items.size(), 1000U);
  EXPECT_THAT(judge(maker.record()).cells[0].notes,
              Contains(HasSubstr("no answer to 2 of 2,000 test rows (0.1%) in 2 seeds")));
}

TEST(Notes, OfTheRun) {
  RecordMaker maker({});
  DataFacts& data = maker.record().data;
  data.truncated = 50;
  data.corpus = "film reviews";
  maker.cell().supervisor_tune = "lora";
  maker.series("weak_to_strong0").certificate["enforced"] = false;
  const Judgement judgement = judge(maker.record());
  EXPECT_THAT(judgement.notes, Contains("50 of 5,000 rows (1.0%) were cut to the token limit"));
  EXPECT_THAT(judgement.notes, Contains(HasSubstr("corpus 'film reviews'")));
  EXPECT_THAT(judgement.notes, Contains(HasSubstr("declared, not enforced")));
  EXPECT_THAT(judgement.cells[0].notes, Contains(StartsWith("a probe ceiling against a fine-tuned floor")));
}

}  // namespace
}  // namespace qinglan
