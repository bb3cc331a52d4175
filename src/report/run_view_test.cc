#include "report/run_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qinglan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunState running() {
  RunState state{.run = "0123456789abcdef", .name = "grid", .pid = 7, .started = 1000, .last = 1060};
  state.nodes["a"] = {.kind = "features", .title = "features of m", .phase = NodePhase::there};
  state.nodes["b"] = {.kind = "weak_to_strong",
                      .title = "student 0",
                      .phase = NodePhase::done,
                      .seconds = 10,
                      .started = 1000,
                      .ended = 1020};
  state.nodes["c"] = {.kind = "weak_to_strong",
                      .title = "student 1",
                      .phase = NodePhase::running,
                      .seconds = 10,
                      .epochs = 2,
                      .started = 1030,
                      .progress = 30,
                      .total = 120,
                      .unit = "steps",
                      .loss = 0.5123};
  state.nodes["d"] = {
      .kind = "control", .title = "shuffled", .phase = NodePhase::failed, .message = "diverged"};
  state.nodes["e"] = {.kind = "control", .title = "n-gram", .seconds = 1};
  state.cells = {{"w > s, naive", {"b"}}, {"w > s, logconf", {"b", "c"}}, {"w > t, naive", {"e"}}};
  return state;
}

const TerminalStyle kPlain{.color = false, .width = 100, .ledger = true};

TEST(RunView, SaysWhatIsDoneAndWhatRuns) {
  const std::string view = run_view(running(), 1060, kPlain, 20);
  // 30 of 120 steps in 30 s leave 90; 1 s expected of the control is 2 at this pace.
  for (const char* part : {"grid, run 0123456789ab, for 1 min 00 s, about 1 min 32 s left",
                           "now: student 1, for 30.0 s, loss 0.5123",
                           "[#####...............] 25%, 30 of 120 steps, epoch 0.50 of 2.0",
                           "1 of 3 cells computed", "1 node failed", "shuffled: diverged"})
    EXPECT_THAT(view, HasSubstr(part));
  // Under way before waiting before done.
  EXPECT_LT(view.find("w > s, logconf"), view.find("w > t, naive"));
  EXPECT_LT(view.find("w > t, naive"), view.find("w > s, naive"));
}

TEST(RunView, CountsWhatItDoesNotShow) {
  const std::string view = run_view(running(), 1060, kPlain, 1);
  EXPECT_THAT(view, HasSubstr("and 2 cells more"));
  EXPECT_THAT(view, Not(HasSubstr("w > t, naive")));
}

TEST(RunView, ShowsHostileNamesOnOneLine) {
  RunState state = running();
  state.nodes["c"].title = "a\x1b[2Jb\nc";
  state.cells[0].name = "w\x1b]0;x\x07";
  const std::string view = run_view(state, 1060, kPlain, 20);
  EXPECT_EQ(view.find('\x1b'), std::string::npos);
  EXPECT_EQ(view.find('\x07'), std::string::npos);
}

TEST(RunView, SaysHowARunEnded) {
  RunState state = running();
  state.ended = true;
  EXPECT_THAT(run_view(state, 9999, kPlain, 20), HasSubstr("finished after 1 min 00 s"));
  state.broken = "interrupted";
  state.message = "stopped; what was done is kept";
  const std::string view = run_view(state, 9999, kPlain, 20);
  EXPECT_THAT(view, HasSubstr("broke off after 1 min 00 s"));
  EXPECT_THAT(view, HasSubstr("left off: student 1"));
  EXPECT_THAT(view, HasSubstr("what was done is kept"));
}

}  // namespace
}  // namespace qinglan
