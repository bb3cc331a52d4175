#include "experiment/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "experiment/recipe.h"
#include "experiment/run.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

// A path stands in for a model, so that no package is needed.
const std::string kBase = R"(
name = "t"
[data]
path = "somewhere"
text = "{text}\nSentiment:"
[supervisor]
kind = "ngrams"
[student]
model = "."
tune = "lora"
)";

Spec parse(const std::string& more = "", const SpecOptions& options = {}) {
  return parse_spec(kBase + more, "t.toml", options);
}

std::string error_of(const std::string& text, const SpecOptions& options = {}) {
  try {
    parse_spec(text, "t.toml", options);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::usage);
    return e.what();
  }
  ADD_FAILURE() << "no error for\n" << text;
  return "";
}

TEST(Spec, DefaultsAreSpelledOut) {
  const Spec spec = parse();
  EXPECT_EQ(spec.seeds, 5);
  ASSERT_EQ(spec.cells.size(), 1u);
  const Json& student = spec.cells[0].student.values;
  EXPECT_EQ(student["lr"], 3e-4);
  EXPECT_EQ(student["lora_rank"], 8);
  EXPECT_FALSE(student.contains("l2"));
  EXPECT_EQ(spec.cells[0].method.name, "naive");
  EXPECT_EQ(spec.data.columns, (std::vector<std::string>{"text"}));
}

TEST(Spec, PrecedenceIsSetThenAxisThenNameThenSectionThenDefault) {
  const std::string more = R"(
lr = 1.0
[student."."]
lr = 0.5
)";
  EXPECT_EQ(parse(more).cells[0].student.values["lr"], 0.5);
  EXPECT_EQ(parse(more + "[grid]\n\"student.lr\" = [0.25]").cells[0].student.values["lr"], 0.25);
  EXPECT_EQ(parse(more + "[grid]\n\"student.lr\" = [0.25]", {.sets = {"student.lr=0.125"}})
                .cells[0]
                .student.values["lr"],
            0.125);
}

TEST(Spec, AxesMultiplyAndEqualCellsAreOne) {
  const std::string grid = R"([grid]
"method.name" = ["naive", "logconf"]
"method.logconf.alpha" = [0.25, 0.5]
)";
  const Spec spec = parse(grid);
  ASSERT_EQ(spec.cells.size(), 3u);  // naive does not read alpha
  EXPECT_EQ(spec.cells[1].method.params["alpha"], 0.25);
  EXPECT_EQ(spec.cells[2].method.params["alpha"], 0.5);
}

TEST(Spec, UnknownWordsNameTheNearest) {
  EXPECT_THAT(error_of("nmae = 1"), HasSubstr("did you mean 'name'"));
  EXPECT_THAT(error_of("[studnet]"), HasSubstr("did you mean 'student'"));
  EXPECT_THAT(error_of("[data]\npaht = \"x\""), HasSubstr("did you mean 'data.path'"));
  EXPECT_THAT(error_of(kBase + "[method]\nname = \"logcon\""), HasSubstr("logconf"));
  EXPECT_THAT(error_of(kBase + "[method.logconf]\nalhpa = 1"), HasSubstr("alpha"));
  EXPECT_THAT(error_of(kBase, {.sets = {"student.lrr=1"}}), HasSubstr("student.lr"));
  EXPECT_THAT(error_of(kBase + "[grid]\n\"student.modle\" = [\"x\"]"), HasSubstr("student.model"));
}

TEST(Spec, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(error_of("name = = 1"), HasSubstr("t.toml:1"));
  EXPECT_THAT(error_of("seeds = \"two\""), HasSubstr("integer"));
  EXPECT_THAT(error_of(kBase + "[grid]\n\"data.path\" = [\"a\", \"b\"]"), HasSubstr("--set data.path"));
  EXPECT_THAT(error_of(kBase + "[grid]\n\"student.lr\" = []"), HasSubstr("list"));
  EXPECT_THAT(error_of(kBase + "[grid]\n\"student.lr\" = [1.0, 1.0]"), HasSubstr("twice"));
  EXPECT_THAT(error_of(kBase + "l2 = [1.0]"), HasSubstr("lora"));
  EXPECT_THAT(error_of(kBase + "lr = -1.0"), HasSubstr("out of range"));
  EXPECT_THAT(error_of("[data]\npath = \"x\"\n[supervisor]\nkind = \"lexicon\"\n[student]\nmodel=\".\""),
              HasSubstr("path"));
  EXPECT_THAT(error_of(kBase, {.sets = {"nonsense"}}), HasSubstr("--set"));
}

TEST(Spec, AnnotatorsAreCombinedInTheWaysThereAre) {
  const auto with = [](const std::string& keys) {
    return "[data]\npath = \"x\"\n[student]\nmodel = \".\"\n[supervisor]\nkind = \"annotators\"\n" + keys;
  };
  const std::string path = "path = \"" __FILE__ "\"\n";
  const Spec spec = parse_spec(with(path + "annotators = \"x\"\n[grid]\n\"supervisor.combine\" = [\"vote\", "
                                           "\"label-model\"]"),
                               "t.toml");
  ASSERT_EQ(spec.cells.size(), 2u);
  EXPECT_EQ(spec.cells[0].supervisor.name, "vote:spec_test");
  EXPECT_EQ(spec.cells[1].supervisor.name, "label-model:spec_test");
  EXPECT_EQ(spec.cells[1].supervisor.values["annotators"], Json::array({"x"}));
  EXPECT_EQ(parse().cells[0].supervisor.values.count("combine"), 0u) << "others do not read it";
  EXPECT_THAT(error_of(with(path + "combine = \"dawid-skeen\"")),
              testing::AllOf(HasSubstr("did you mean 'dawid-skene'"), HasSubstr("vote, evidential")));
  EXPECT_THAT(error_of(with("")), HasSubstr("needs `path`"));
}

TEST(Spec, PromptAndHeadAreCheckedTogether) {
  EXPECT_THAT(error_of(kBase + "truncate = \"middle\""), HasSubstr("right, left, refuse"));
  EXPECT_THAT(error_of(kBase + "truncate = \"rigth\""), HasSubstr("did you mean 'right'"));
  EXPECT_THAT(error_of(kBase + "system = \"x\""), HasSubstr("chat = true"));
  EXPECT_THAT(error_of(kBase + "head = \"words\""), HasSubstr("label_words"));
  EXPECT_THAT(error_of(kBase + "label_words = [[]]"), HasSubstr("lists of strings"));
  EXPECT_THAT(
      error_of(kBase + "head = \"words\"\nlabel_words = [\"a\", \"b\"]", {.sets = {"student.tune=probe"}}),
      HasSubstr("probe"));
  const std::string weak = R"([supervisor]
model = "."
label_words = ["a", "b"]
[data]
path = "x"
[student]
model = "."
)";
  EXPECT_THAT(error_of(weak), HasSubstr("supervisor.label_words"));
}

// What a node is keyed by holds these keys only where they say something other than the default.
TEST(Spec, DefaultsOfPromptAndHeadEnterNoKey) {
  const Json plain = parse().cells[0].student.values;
  EXPECT_EQ(prompt_of(plain), (Json{{"text", "{text}\nSentiment:"}}));
  EXPECT_EQ(plain["truncate"], "right");
  for (const char* key : {"head", "label_words", "chat", "truncate"})
    EXPECT_FALSE(recipe_of(plain).contains(key));
  const Json words = parse("label_words = [\"a\", \"b\"]").cells[0].student.values;
  EXPECT_EQ(recipe_of(words), recipe_of(plain));  // they are the zero-shot control's
  const Json all =
      parse("chat = true\ntruncate = \"left\"\nhead = \"words\"\nlabel_words = [\"a\", [\"b\", \"c\"]]")
          .cells[0]
          .student.values;
  EXPECT_EQ(prompt_of(all),
            (Json{{"text", "{text}\nSentiment:"}, {"truncate", "left"}, {"chat", {{"system", ""}}}}));
  EXPECT_EQ(recipe_of(all)["label_words"], (Json{"a", Json{"b", "c"}}));
}

TEST(Spec, SeedsAndNameMoveTheRunButNoCell) {
  const Spec two = parse("", {.seeds = 2}), three = parse("", {.seeds = 3});
  EXPECT_NE(run_id(two), run_id(three));
  EXPECT_EQ(two.cells[0].student.values, three.cells[0].student.values);
  EXPECT_EQ(run_id(two), run_id(parse("", {.seeds = 2})));
}

}  // namespace
}  // namespace qinglan
