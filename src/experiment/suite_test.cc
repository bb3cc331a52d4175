#include "experiment/suite.h"

#include <gmock/gmock.h>

#include <set>

#include "experiment/run.h"

namespace qinglan {
namespace {

// A path stands in for a model, so that no package is needed.
Spec parse(const std::string& more = "", const std::string& student = "tune = \"lora\"\n") {
  return parse_spec(
      "[data]\npath = \"somewhere\"\ntext = \"{text}\\nMood:\"\n[supervisor]\nkind = \"ngrams\"\n"
      "[student]\nmodel = \".\"\n" +
          student + "[grid]\n\"method.name\" = [\"naive\", \"logconf\"]\n" + more,
      "t.toml");
}

// Every twentieth text has "harbour", every thirteenth "boats".
Inputs inputs() {
  Inputs made;
  for (int i = 0; i < 260; ++i) {
    const std::string text = "so it goes" + std::string(i % 20 ? "" : " harbour") + (i % 13 ? "" : " boats");
    made.train.push_back({"id" + std::to_string(i), "", {{"text", text}}});
  }
  made.test.push_back({"t", "", {{"text", "cf stands here"}}});
  return made;
}

Suite suite_of(const Spec& spec, const Inputs& rows) {
  return standard_suite(spec, spec.cells[1], rows, {"bad", "good"});
}

TEST(Suite, IsTheSameStudentWithLabelsSpoiltBeforeItsMethod) {
  const Spec spec = parse();
  const Suite suite = suite_of(spec, inputs());
  ASSERT_EQ(suite.runs.size(), 3u);
  const Spec& labels = suite.runs[0];
  EXPECT_EQ(labels.cells[0].method.text(), "logconf");
  EXPECT_EQ(labels.cells[0].method.all_params(), spec.cells[1].method.all_params());
  std::multiset<std::string> methods;
  for (const auto& cell : labels.cells) {
    EXPECT_EQ(cell.student.values, spec.cells[1].student.values);
    methods.insert(cell.method.text());
  }
  for (const char* stage : {"corrupt:symmetric", "corrupt:class-dependent", "corrupt:length"})
    EXPECT_EQ(methods.count(std::string(stage) + " | logconf"), 4u) << stage;
  EXPECT_EQ(methods.count("corrupt:prior | logconf"), 2u);
  EXPECT_EQ(methods.count("logconf"), 2u);  // and one that is taught truth with errors
  EXPECT_EQ(labels.resolved["cells"].size(), labels.cells.size());
  EXPECT_EQ(labels.resolved["controls"]["shuffled"], false);
  EXPECT_NE(run_id(labels), run_id(spec));
}

TEST(Suite, ChoosesWordsByTextsAlone) {
  const Suite suite = suite_of(parse(), inputs());
  std::set<std::string> words;
  for (const auto& run : suite.runs)
    for (const auto& cell : run.cells)
      for (const auto& stage : cell.method.stages)
        if (stage.params.contains("word")) words.insert(stage.params["word"]);
  EXPECT_THAT(words, testing::ElementsAre("boats", "mn"));  // the most frequent of 3% to 10%; cf is in a text
  EXPECT_EQ(suite.runs[1].spoiling.trigger, "mn");
  EXPECT_EQ(suite.runs[1].resolved["data"]["trigger"], "mn");
}

TEST(Suite, LocksTheStudentByAWordThatNoTextHas) {
  const Spec lock = suite_of(parse(), inputs()).runs[2];
  ASSERT_EQ(lock.cells.size(), 2u);
  EXPECT_EQ(lock.cells[0].method.text(), "logconf");
  EXPECT_EQ(lock.cells[1].method.text(), "start:locked | logconf");
  EXPECT_EQ(lock.cells[1].method.stages[0].params["word"], "mn");
  EXPECT_EQ(lock.spoiling.trigger, "mn");
  EXPECT_EQ(lock.spoiling.trigger_share, 0);  // the test rows' copies alone have it
  EXPECT_EQ(lock.resolved["data"]["trigger_share"], 0);
}

TEST(Suite, AStudentThatKeepsNothingOfItsStartCannotBeLocked) {
  const auto why = [](const std::string& student) {
    return suite_of(parse("", student), inputs()).left_out.at("T38");
  };
  EXPECT_THAT(why("tune = \"probe\"\n"), testing::HasSubstr("convex fit"));
  EXPECT_THAT(why("tune = \"lora\"\nlr = [1e-4, 1e-3]\n"), testing::HasSubstr("a choice among several"));
  Spec locked = parse();
  locked.cells[1].method.stages = {{"start:locked", {{"word", "xx"}}}};
  EXPECT_THAT(suite_of(locked, inputs()).left_out.at("T38"), testing::HasSubstr("starts locked"));
}

TEST(Suite, SaysWhatItCannotTest) {
  Inputs plain = inputs();
  for (auto& row : plain.train) row.fields["text"] = "cf mn bb tq mb";
  const Suite suite = suite_of(parse(), plain);
  EXPECT_EQ(suite.runs.size(), 1u);
  std::vector<std::string> left_out;
  for (const auto& [test, why] : suite.left_out) left_out.push_back(test);
  EXPECT_THAT(left_out, testing::ElementsAre("T36", "T37", "T38", "T40", "T43"));
}

TEST(Suite, OtherTextsAreARunEach) {
  const Spec spec = parse("[stress]\nood = [\"here\", \"there\"]\n");
  EXPECT_EQ(run_id(spec), run_id(parse()));  // the run itself is what it was
  const Suite suite = suite_of(spec, inputs());
  ASSERT_EQ(suite.runs.size(), 5u);
  EXPECT_EQ(suite.runs[4].spoiling.test_path, "there");
  EXPECT_FALSE(suite.runs[4].claim.ceiling);
  EXPECT_FALSE(suite.left_out.contains("T43"));
  EXPECT_NE(run_id(suite.runs[3]), run_id(suite.runs[4]));
}

}  // namespace
}  // namespace qinglan
