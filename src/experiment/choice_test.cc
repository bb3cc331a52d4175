#include "experiment/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/recipe.h"
#include "experiment/run.h"
#include "experiment/spec.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

// A path stands in for a model, so that no package is needed.
Spec parse(const std::string& student, const std::string& tune = "lora") {
  return parse_spec(
      "[data]\npath = \"somewhere\"\n[supervisor]\nkind = \"ngrams\"\n[student]\n"
      "model = \".\"\ntune = \"" +
          tune + "\"\n" + student,
      "t.toml");
}

Json student_of(const std::string& student) { return parse(student).cells[0].student.values; }

std::string refused(const std::string& student, const std::string& tune = "lora") {
  try {
    parse(student, tune);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::usage);
    return e.what();
  }
  ADD_FAILURE() << "no error for " << student;
  return "";
}

TEST(Choice, WhoChoosesNothingHasNothingOfItInTheKey) {
  const Json plain = student_of("");
  EXPECT_FALSE(plain.contains("stop") || plain.contains("validation"));
  EXPECT_EQ(student_of("stop = \"last\""), plain);
  EXPECT_EQ(student_of("lr = [3e-4]"), plain);
  EXPECT_EQ(run_id(parse("epochs = [2]\nstop = \"last\"")), run_id(parse("")));
}

TEST(Choice, StopAndListsHoldRowsOut) {
  EXPECT_EQ(student_of("stop = \"weak-validation\"")["validation"], 0.1);
  EXPECT_EQ(student_of("stop = \"weak-validation\"\nvalidation = 0.2")["validation"], 0.2);
  const Json listed = student_of("lr = [1e-4, 1e-3]\nvalidation = 0.25");
  EXPECT_EQ(listed["validation"], 0.25);
  EXPECT_FALSE(listed.contains("stop"));
  const Json recipe = recipe_of(listed);
  EXPECT_EQ(recipe["validation"], 0.25);
  EXPECT_EQ(recipe["lr"], (Json{1e-4, 1e-3}));
}

TEST(Choice, SettingsAreAllCombinations) {
  const Json recipe = {
      {"lr", {1e-4, 1e-3}}, {"epochs", {1, 2, 3}}, {"batch", 32}, {"label_words", {"a", "b"}}};
  const auto settings = settings_of(recipe);
  ASSERT_EQ(settings.size(), 6u);
  EXPECT_EQ(settings[0], (Json{{"epochs", 1}, {"lr", 1e-4}}));
  EXPECT_EQ(settings[1], (Json{{"epochs", 1}, {"lr", 1e-3}}));
  EXPECT_EQ(settings[5], (Json{{"epochs", 3}, {"lr", 1e-3}}));
  EXPECT_TRUE(settings_of({{"lr", 1e-4}}).empty());
}

TEST(Choice, IsANodeThatReadsItsCandidatesAndNoRows) {
  Node fit;
  fit.kind = "strong_ceiling";
  fit.params = {{"learner", {{"kind", "lora"}, {"lr", {1e-4, 1e-3}}}}, {"seed", 3}};
  fit.inputs = {{"dataset", "d"}, {"truth", "t"}};
  const auto settings = settings_of(fit.params["learner"]);
  const Node first = with_settings(fit, settings[0]), second = with_settings(fit, settings[1]);
  EXPECT_EQ(first.params["learner"]["lr"], 1e-4);
  EXPECT_NE(first.key(), second.key());
  const Node choice = choice_node(fit, settings, {first.key(), second.key()});
  EXPECT_EQ(choice.kind, "strong_ceiling");
  EXPECT_EQ(choice.inputs,
            (std::map<std::string, std::string>{
                {"candidate.00", first.key()}, {"candidate.01", second.key()}, {"truth", "t"}}));
  EXPECT_TRUE(choice.reads_truth()) << "the choice among ceilings keeps away from students of weak labels";
}

TEST(Choice, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(refused("validation = 0.1"), HasSubstr("nothing is chosen"));
  EXPECT_THAT(refused("lr = []"), HasSubstr("no value to choose from"));
  EXPECT_THAT(refused("lr = [1e-4, 1e-4]"), HasSubstr("twice"));
  EXPECT_THAT(refused("lr = [1e-4, 100.0]"), HasSubstr("'lr' is out of range"));
  EXPECT_THAT(refused("epochs = [1, 2.5]"), HasSubstr("a list of integers"));
  EXPECT_THAT(refused("stop = \"best\""), HasSubstr("weak-validation"));
  EXPECT_THAT(refused("stop = \"weak-validation\"\nvalidation = 0.9"), HasSubstr("out of range"));
  EXPECT_THAT(refused("stop = \"weak-validation\"", "probe"), HasSubstr("means nothing for tune"));
  EXPECT_THAT(refused("epochs = [1,2,3,4,5]\nlr = [0.1,0.2,0.3,0.4,0.5]\nhead_lr = [0.1,0.2,0.3]"),
              HasSubstr("75"));
  EXPECT_THAT(refused("[supervisor.\".\"]\nlr = [1e-4, 1e-3]"), HasSubstr("a number"));
  EXPECT_THAT(refused("[supervisor.\".\"]\nstop = \"weak-validation\""), HasSubstr("unknown"));
}

}  // namespace
}  // namespace qinglan
