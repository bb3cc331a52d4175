#include "record/run_state.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr char kPlan[] =
    R"({"event":"plan","time":100,"run":"abc","name":"grid","pid":7,"nodes":{
"k1":{"kind":"features","title":"features of m","there":true},
"k2":{"kind":"weak_to_strong","title":"student, seed 0","there":false,"seconds":10,"epochs":2},
"k3":{"kind":"weak_to_strong","title":"student, seed 1","there":false,"seconds":10},
"k4":{"kind":"control","title":"shuffled","there":false,"seconds":4}},
"cells":[{"name":"w > s, naive","nodes":["k2","k3"]}]})";

std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text + "\n";
}

RunState state_after(const std::string& lines) {
  RunState state;
  add_lines(state, one_line(kPlan) + lines, "log");
  return state;
}

const std::string kFirstDone = R"({"event":"start","time":101,"node":"k2"}
{"event":"progress","time":105,"node":"k2","done":5,"total":20,"unit":"steps","loss":0.61}
{"event":"done","time":121,"node":"k2","reused":false}
)";

TEST(RunState, FollowsNodes) {
  const RunState state = state_after(kFirstDone + R"({"event":"start","time":122,"node":"k3"}
{"event":"progress","time":127,"node":"k3","done":5,"total":20,"unit":"steps"}
)");
  EXPECT_EQ(state.count(NodePhase::there), 1);
  EXPECT_EQ(state.count(NodePhase::done), 1);
  EXPECT_EQ(state.count(NodePhase::running), 1);
  EXPECT_EQ(state.count(NodePhase::waiting), 1);
  EXPECT_EQ(state.nodes.at("k2").loss, 0.61);
  EXPECT_EQ(state.nodes.at("k2").epochs, 2);
  EXPECT_EQ(state.nodes.at("k3").progress, 5);
  EXPECT_FALSE(state.nodes.at("k3").loss);
  EXPECT_EQ(state.cells.at(0).nodes, (std::vector<std::string>{"k2", "k3"}));
  EXPECT_FALSE(state.ended);
  // k2 took 20 s of 10 expected: k4 will take 8; k3, a quarter done in 8 s, another 24.
  EXPECT_NEAR(state.seconds_left(130).value(), 8 + 24, 1e-9);
}

TEST(RunState, WithoutProgressAnExpectationIsCountedDown) {
  const RunState state = state_after(kFirstDone + R"({"event":"start","time":122,"node":"k3"})" + "\n");
  EXPECT_NEAR(state.seconds_left(127).value(), 8 + 15, 1e-9);
  EXPECT_NEAR(state.seconds_left(1000).value(), 8, 1e-9);
}

TEST(RunState, NothingIsKnownBeforeANodeIsDone) {
  EXPECT_FALSE(state_after("").seconds_left(130));
  // What another run made says nothing about this one's time.
  EXPECT_FALSE(state_after(R"({"event":"done","time":101,"node":"k2","reused":true})").seconds_left(130));
}

TEST(RunState, KeepsFailuresAndHowItEnded) {
  const RunState state = state_after(R"({"event":"start","time":101,"node":"k2"}
{"event":"failed","time":102,"node":"k2","message":"diverged at step 3"}
{"event":"note","time":102,"text":"trying again"}
{"event":"end","time":103,"broken":"interrupted","signal":15,"message":"stopped"}
)");
  EXPECT_EQ(state.nodes.at("k2").message, "diverged at step 3");
  EXPECT_EQ(state.notes, std::vector<std::string>{"trying again"});
  EXPECT_TRUE(state.ended);
  EXPECT_EQ(state.broken, "interrupted");
  EXPECT_EQ(state.signal, 15);
  EXPECT_EQ(state.last, 103);
}

TEST(RunState, RefusesWhatIsNoLog) {
  for (const char* line : {"no JSON", "{}", R"({"event":"start","time":1,"node":"unknown"})",
                           R"({"event":"sneeze","time":1,"node":"k2"})", R"({"event":"start","node":"k2"})",
                           R"({"event":"done","time":1,"node":"k2"})"})
    EXPECT_THROW(state_after(std::string(line) + "\n"), Error) << line;
}

}  // namespace
}  // namespace qinglan
