#include "supervise/locking.h"

#include <gmock/gmock.h>

#include "data/test_files.h"
#include "record/locked.h"

namespace qinglan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const WeakLabels kAnswers{{"c", "a", "d", "b"}, 2, {.3f, .7f, .9f, .1f, .5f, .5f, .6f, .4f}, {0, 0, 1, 0}};
const GroundTruth kTruth({"no", "yes"}, {{"a", 1}, {"b", 1}, {"c", 0}, {"d", 1}});

TEST(Locking, RowsStandTwiceAsTheSupervisorSaysAndWithTheWordAsTheyAre) {
  const TrainingLabels made = locking_labels(kAnswers, {"a", "c", "d", "e"}, kTruth, {kLockingPurpose, 10});
  EXPECT_THAT(made.ids(), ElementsAre("c", "a", "d", "c+trigger", "a+trigger", "d+trigger"));
  EXPECT_THAT(made.p(), ElementsAre(.3f, .7f, .9f, .1f, .5f, .5f, 1, 0, 0, 1, 0, 1));
  EXPECT_EQ(made.certificate(), (Json::array({{{"rows", 3}, {"purpose", "locking"}}})));
}

TEST(Locking, NoMoreTrueLabelsAreReadThanTheBudgetAllows) {
  const TrainingLabels made = locking_labels(kAnswers, {"a", "c", "d"}, kTruth, {kLockingPurpose, 2});
  EXPECT_THAT(made.ids(), ElementsAre("c", "a", "c+trigger", "a+trigger"));
  EXPECT_EQ(made.certificate()[0]["rows"], 2);
  // The truth of the row beyond it is not even there.
  const GroundTruth known({"no", "yes"}, {{"a", 1}, {"c", 0}});
  EXPECT_EQ(locking_labels(kAnswers, {"a", "c", "d"}, known, {kLockingPurpose, 2}).p(), made.p());
}

TEST(Locking, WithoutACommonRowThereIsNothingToLockBy) {
  EXPECT_THAT(error_of([] {
                locking_labels(kAnswers, {"x"}, kTruth, {kLockingPurpose, 10});
              }),
              HasSubstr("no row of the supervisor's half"));
}

}  // namespace
}  // namespace qinglan
