#include "experiment/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/error.h"
#include "experiment/elicit.h"
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

// The base without its supervisor's kind, and one that elicits.
std::string eliciting(const std::string& keys) {
  return "[data]\npath = \"x\"\n[student]\nmodel = \".\"\n[supervisor]\nkind = \"elicit\"\n" + keys;
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

TEST(Spec, WhatALaterVersionAddedChangesNoOlderRun) {
  const std::string before = run_id(parse());
  EXPECT_FALSE(parse().resolved["claim"].contains("gold"));
  EXPECT_FALSE(parse().resolved["data"].contains("slices"));
  EXPECT_EQ(run_id(parse("", {.sets = {"claim.gold=200", "claim.risk=0.1"}})), before);
  EXPECT_NE(run_id(parse("", {.sets = {"claim.gold=100"}})), before);
  EXPECT_EQ(parse("", {.sets = {"claim.gold=100"}}).resolved["claim"]["gold"], 100);
}

TEST(Spec, SlicesAreColumnsThatAreRead) {
  const Spec spec = parse("", {.sets = {"data.slices=[\"genre\"]"}});
  EXPECT_EQ(spec.slices, std::vector<std::string>{"genre"});
  EXPECT_EQ(spec.data.columns, (std::vector<std::string>{"genre", "text"}));
}

TEST(Spec, AClaimOutsideItsRangeIsRefused) {
  for (const char* set : {"claim.risk=0.0", "claim.risk=1.0", "claim.gold=-1"})
    EXPECT_THAT(error_of(kBase, {.sets = {set}}), HasSubstr("claim.")) << set;
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

TEST(Spec, AnAxisThatChangesNoCellIsRefused) {
  const std::string alpha = "\"method.logconf.alpha\" = [0.25, 0.5]\n",
                    names = "\"method.name\" = [\"naive\", \"logconf\"]\n";
  EXPECT_THAT(error_of(kBase + ("[grid]\n" + alpha)),
              AllOf(HasSubstr("method.logconf.alpha"), HasSubstr("changes no cell")));
  EXPECT_EQ(parse("[grid]\n" + names + alpha, {.sets = {"method.name=naive"}}).cells.size(), 1U)
      << "narrowed for once";
}

TEST(Spec, AMethodMayBeAPipeline) {
  const std::string tables = R"(
[method]
name = "filter:topo|logconf"
[method.logconf]
alpha = 0.25
[method."filter:topo"]
k = 40
)";
  const MethodSpec method = parse(tables).cells[0].method;
  EXPECT_EQ(method.text(), "filter:topo | logconf");
  EXPECT_EQ(method.name, "logconf");
  ASSERT_EQ(method.stages.size(), 1u);
  EXPECT_EQ(method.stages[0].params["k"], 40);
  EXPECT_EQ(method.stages[0].params["contamination"], 0.1);
  EXPECT_EQ(method.all_params()["alpha"], 0.25);
  EXPECT_EQ(method.all_params()["filter:topo"], method.stages[0].params);
  EXPECT_EQ(parse(tables, {.sets = {"method.filter:topo.k=30"}}).cells[0].method.stages[0].params["k"], 30);
  EXPECT_EQ(parse(tables, {.sets = {"method.name=relabel:knn | naive"}}).cells[0].method.text(),
            "relabel:knn | naive");
  EXPECT_THAT(error_of(kBase, {.sets = {"method.name=filter:topo || naive"}}), HasSubstr("part 2"));
  EXPECT_THAT(error_of(kBase + "[method.\"filter:topo\"]\nkk = 1"), HasSubstr("did you mean k"));
  EXPECT_THAT(error_of(kBase + "[method.\"filter:topo\"]\nk = 0"), HasSubstr("from 1"));
  EXPECT_THAT(error_of(kBase + "[method.\"filter:topo | naive\"]\nk = 1"), HasSubstr("a table of its own"));
}

TEST(Spec, AxesOfStagesMultiplyOnlyThePipelinesThatHaveThem) {
  const Spec spec = parse(R"([grid]
"method.name" = ["naive", "filter:topo", "filter:topo|naive", "relabel:knn | logconf"]
"method.filter:topo.k" = [20, 50]
)");
  ASSERT_EQ(spec.cells.size(), 4u);  // naive, filter:topo twice, relabel:knn: without a loss it is naive
  std::multiset<std::string> methods;
  for (const auto& cell : spec.cells) methods.insert(cell.method.text());
  EXPECT_THAT(methods, testing::ElementsAre("filter:topo | naive", "filter:topo | naive", "naive",
                                            "relabel:knn | logconf"));
}

TEST(Spec, ALossAloneIsRecordedAsEver) {
  EXPECT_EQ(parse().resolved["cells"][0]["method"],
            (Json{{"name", "naive"}, {"params", {{"hard", false}, {"prior", "weak"}}}}));
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

TEST(Spec, AChainHasModelsWithSettingsOfTheirOwn) {
  // Paths stand in for models.
  const std::string links = R"([chain]
through = [".", ".."]
tune = "lora"
[chain.".."]
tune = "probe"
method = "logconf"
text = "{review}"
[method.logconf]
alpha = 0.25
)";
  const auto chain = parse(links).cells[0].chain;
  ASSERT_EQ(chain.size(), 2u);
  EXPECT_EQ(chain[0].student.name, ".");
  EXPECT_EQ(chain[0].student.tune, "lora");
  EXPECT_EQ(chain[0].method.text(), "naive");
  EXPECT_EQ(chain[1].student.tune, "probe");
  EXPECT_EQ(chain[1].method.name, "logconf");
  EXPECT_EQ(chain[1].method.params["alpha"], 0.25);
  EXPECT_FALSE(chain[1].student.values.contains("through"));
  const Spec spec = parse("[chain]\nthrough = \".\"\ntext = \"{review}\"");
  EXPECT_EQ(spec.data.columns, (std::vector<std::string>{"review", "text"}));
  EXPECT_EQ(spec.cells[0].chain[0].student.tune, "probe") << "whatever the student's is";
  EXPECT_EQ(parse("[chain]\nthrough = [\".\"]", {.sets = {"chain.tune=lora", "chain.lr=0.5"}})
                .cells[0]
                .chain[0]
                .student.values["lr"],
            0.5);
}

TEST(Spec, NoChainIsTheRunAsItWas) {
  const Spec plain = parse();
  const Spec axis = parse("[grid]\n\"chain.through\" = [[], \".\", [\".\", \"..\"]]");
  ASSERT_EQ(axis.cells.size(), 3u);
  EXPECT_EQ(axis.cells[2].chain.size(), 2u);
  EXPECT_EQ(axis.resolved["cells"][0], plain.resolved["cells"][0]);
  EXPECT_EQ(axis.resolved["cells"][2]["chain"][1]["student"]["model"], "..");
  EXPECT_EQ(run_id(parse("[grid]\n\"chain.through\" = [[]]")), run_id(plain));
  EXPECT_EQ(run_id(parse("[chain]\nthrough = \".\"", {.sets = {"chain.through=[]"}})), run_id(plain));
  EXPECT_EQ(parse("[grid]\n\"chain.through\" = [\".\", [\".\"]]").cells.size(), 1u)
      << "one chain, written twice";
}

TEST(Spec, ChainsThatCannotBeMeantAreRefused) {
  const auto refused = [](const std::string& keys) { return error_of(kBase + "[chain]\n" + keys); };
  EXPECT_THAT(refused("through = []"), HasSubstr("names no model"));
  EXPECT_THAT(refused("tune = \"probe\""), HasSubstr("does not say through which models"));
  EXPECT_THAT(refused("through = [\"smollm2-135\"]"), HasSubstr("did you mean smollm2-135m?"));
  EXPECT_THAT(refused("through = [\"\"]"), HasSubstr("there is no model"));
  EXPECT_THAT(refused("through = [1]"), HasSubstr("a string or a list of strings"));
  EXPECT_THAT(refused("thruogh = [\".\"]"), HasSubstr("did you mean 'chain.through'"));
  EXPECT_THAT(refused("through = \".\"\nmodel = \".\""), HasSubstr("unknown key 'chain.model'"));
  EXPECT_THAT(refused("through = \".\"\ntune = \"prob\""), HasSubstr("chain.tune"));
  EXPECT_THAT(refused("through = \".\"\nmethod = \"logcomf\""), HasSubstr("logconf"));
  EXPECT_THAT(refused("through = \".\"\nlr = 0.5"), HasSubstr("means nothing for tune = \"probe\""));
  EXPECT_THAT(refused("through = \".\"\nmethod = \"gold:replace\""),
              HasSubstr("no student of a chain is given"));
}

TEST(Spec, EnsemblesAreOfNgramsOrProbes) {
  const LearnerSpec ngrams = parse("", {.sets = {"supervisor.ensemble=adaboost"}}).cells[0].supervisor;
  EXPECT_EQ(ngrams.name, "adaboost:ngrams");
  EXPECT_EQ(ngrams.kind, "ngrams");
  EXPECT_EQ(ngrams.values["rounds"], 10);
  const std::string probe = "[data]\npath = \"x\"\n[student]\nmodel = \".\"\n[supervisor]\nmodel = \".\"\n";
  const Spec spec = parse_spec(probe + "[grid]\n\"supervisor.ensemble\" = [\"none\", \"bagging\"]", "t.toml");
  ASSERT_EQ(spec.cells.size(), 2u);
  EXPECT_EQ(spec.cells[0].supervisor.values, parse_spec(probe, "t.toml").cells[0].supervisor.values);
  EXPECT_FALSE(spec.cells[0].supervisor.values.contains("ensemble"));
  EXPECT_EQ(spec.cells[1].supervisor.name, "bagging:.");
  EXPECT_EQ(recipe_of(spec.cells[1].supervisor.values), recipe_of(spec.cells[0].supervisor.values))
      << "a member is the single supervisor";
  EXPECT_EQ(run_id(parse("", {.sets = {"supervisor.ensemble=none"}})), run_id(parse()));

  const auto refused = [](const std::vector<std::string>& sets) { return error_of(kBase, {.sets = sets}); };
  EXPECT_THAT(refused({"supervisor.ensemble=adabost"}), HasSubstr("did you mean 'adaboost'"));
  EXPECT_THAT(refused({"supervisor.rounds=5"}), HasSubstr("means nothing without an ensemble"));
  EXPECT_THAT(refused({"supervisor.ensemble=bagging", "supervisor.rounds=1"}),
              HasSubstr("'rounds' is out of range"));
  EXPECT_THAT(error_of(probe + "tune = \"lora\"\nensemble = \"bagging\""), HasSubstr("n-grams or probes"));
  EXPECT_THAT(
      error_of("[data]\npath = \"x\"\n[student]\nmodel = \".\"\n[supervisor]\nkind = \"labels\"\npath = "
               "\"" __FILE__ "\"\nensemble = \"bagging\""),
      HasSubstr("kind = \"labels\""));
  EXPECT_THAT(error_of(eliciting(
                  "model = \".\"\nlabel_words = [\"a\", \"b\"]\nelicit = \"pca\"\nensemble = \"bagging\"")),
              HasSubstr("means nothing"));
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

TEST(Spec, ElicitationReadsWhatItsWayOfAskingNeeds) {
  const std::string base = "model = \".\"\nlabel_words = [\" no\", [\" yes\", \" sure\"]]\n";
  const LearnerSpec ccs =
      parse_spec(eliciting(base + "elicit = \"ccs\"\nrestarts = 3"), "t.toml").cells[0].supervisor;
  EXPECT_EQ(ccs.name, "ccs:.");
  EXPECT_EQ(elicit_recipe_of(ccs.values), (Json{{"kind", "ccs"},
                                                {"lr", 0.01},
                                                {"weight_decay", 0.01},
                                                {"clip", 1.0},
                                                {"epochs", 1000},
                                                {"restarts", 3}}));
  EXPECT_EQ(pair_word(ccs.values, 0), " no");
  EXPECT_EQ(pair_word(ccs.values, 1), " yes");
  const LearnerSpec zero =
      parse_spec(eliciting(base + "elicit = \"zero-shot\""), "t.toml").cells[0].supervisor;
  EXPECT_FALSE(zero.values.contains("depth"));
  EXPECT_FALSE(zero.values.contains("tune"));
}

TEST(Spec, ElicitationRefusesWhatCannotBeMeant) {
  const std::string words = "label_words = [\" no\", \" yes\"]\n", model = "model = \".\"\n";
  EXPECT_THAT(error_of(eliciting(model + words)), HasSubstr("needs `elicit`"));
  EXPECT_THAT(error_of(eliciting(model + words + "elicit = \"cs\"")), HasSubstr("did you mean 'ccs'"));
  EXPECT_THAT(error_of(eliciting(words + "elicit = \"ccs\"")), HasSubstr("needs a model"));
  EXPECT_THAT(error_of(eliciting(model + "elicit = \"ccs\"")), HasSubstr("label_words"));
  EXPECT_THAT(error_of(eliciting(model + "elicit = \"ccs\"\nlabel_words = [\"a\", [\"b\", \"a\"]]")),
              HasSubstr("twice"));
  EXPECT_THAT(error_of(eliciting(model + "elicit = \"ccs\"\nlabel_words = [\"a\", \"\"]")),
              HasSubstr("empty"));
  for (const char* key : {"depth = 3", "restarts = 2", "epochs = 5", "tune = \"lora\"", "pooling = \"mean\""})
    EXPECT_THAT(error_of(eliciting(model + words + "elicit = \"zero-shot\"\n" + key)),
                HasSubstr("means nothing"));
  EXPECT_THAT(error_of(eliciting(model + words + "elicit = \"ccs\"\nrestarts = 0")),
              HasSubstr("'restarts' is out of range"));
  EXPECT_THAT(error_of(eliciting(model + words + "elicit = \"pca\"\nsystem = \"x\"")),
              HasSubstr("chat = true"));
  EXPECT_THAT(error_of(kBase, {.sets = {"supervisor.elicit=pca"}}), HasSubstr("kind = \"elicit\""));
}

TEST(Elicit, ASearchForLabelsHasAsManyRowsAsThereAre) {
  const std::string keys = "model = \".\"\nlabel_words = [\" no\", \" yes\"]\nelicit = \"icm\"\n";
  const Json values = parse_spec(eliciting(keys + "rows = 40"), "t.toml").cells[0].supervisor.values;
  const Json made = coherence_of(values, 2, 100, false);
  EXPECT_EQ(made, (Json{{"kind", "icm"},
                        {"rows", 40},
                        {"start", 8},
                        {"steps", 500},
                        {"alpha", 30.0},
                        {"cooling", "log"},
                        {"in_group", "any"},
                        {"shots", 4}}));
  EXPECT_EQ(coherence_of(values, 2, 100, true)["in_group"], "different")
      << "one answer of a question is right";
  EXPECT_THROW(coherence_of(values, 2, 39, false), Error) << "rows that the half does not have";
  EXPECT_THROW(coherence_of(values, 20, 100, false), Error) << "40 shown of 39 others";
  Json few = values;
  few["rows"] = 6;
  EXPECT_THROW(coherence_of(few, 2, 100, false), Error) << "8 guessed of 6";
  EXPECT_THAT(error_of(eliciting(keys + "cooling = \"linear\"")), HasSubstr("log, geometric"));
  EXPECT_THAT(error_of(eliciting(keys + "in_group = \"sane\"")), HasSubstr("did you mean 'same'"));
  EXPECT_THAT(error_of(eliciting(keys + "rows = 1")), HasSubstr("'rows' is out of range"));
  EXPECT_THAT(error_of(eliciting(keys + "chat = true")), HasSubstr("chat"));
}

TEST(Elicit, ASearchAsksNoMoreThanItsStepsOrItsContexts) {
  Json learner = {{"label_words", {" no", " yes"}}, {"rows", 64}, {"shots", 4}, {"steps", 100}, {"start", 8}};
  EXPECT_EQ(coherence_prompts(learner), 8 + 100 * 5);
  learner["steps"] = 100000;
  EXPECT_EQ(coherence_prompts(learner), 8 + 64 * (5 + 16));
}

TEST(Elicit, ADirectionIsReadTwoThirdsUpADecoderOfTwoClasses) {
  ModelConfig config;
  config.layers = 30;
  Json values = {{"elicit", "ccs"}, {"depth", -1}};
  fit_elicitation(values, config, "m", {"no", "yes"});
  EXPECT_EQ(values["depth"], 20);
  values["depth"] = 30;
  fit_elicitation(values, config, "m", {"no", "yes"});
  EXPECT_EQ(values["depth"], 30);
  values["depth"] = 31;
  EXPECT_THROW(fit_elicitation(values, config, "m", {"no", "yes"}), Error);
  values["depth"] = -1;
  EXPECT_THROW(fit_elicitation(values, config, "m", {"a", "b", "c"}), Error);
  values["elicit"] = "zero-shot";
  EXPECT_NO_THROW(fit_elicitation(values, config, "m", {"a", "b", "c"}));
  config.kind = ModelKind::encoder;
  EXPECT_THROW(fit_elicitation(values, config, "m", {"no", "yes"}), Error);
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

Json student_of(const std::string& more, const SpecOptions& options = {}) {
  return parse_spec("compat = \"openai-6b450f2\"\n" + kBase + more, "t.toml", options)
      .cells[0]
      .student.values;
}

TEST(Compat, ComesBeforeOurDefaultsAndAfterWhatTheSpecSays) {
  const std::string base =
      "compat = \"openai-6b450f2\"\n[data]\npath = \"x\"\n[supervisor]\nmodel = \".\"\n[student]\n"
      "model = \".\"\n";
  const Spec spec = parse_spec(base, "t.toml");
  const CellSpec& cell = spec.cells[0];
  EXPECT_EQ(cell.student.tune, "full");
  EXPECT_EQ(cell.student.values["lr"], 1e-5);
  EXPECT_EQ(cell.student.values["head_lr"], 1e-5);
  EXPECT_EQ(cell.supervisor.values["lr"], 5e-5);
  EXPECT_EQ(cell.supervisor.values["head_lr"], 5e-5);
  EXPECT_EQ(cell.student.values["order"], "repeat");
  EXPECT_EQ(cell.student.values["max_tokens"], 1023);
  EXPECT_EQ(spec.data.balance, std::optional(false));
  const Spec other =
      parse_spec(base + "lr = 2e-4\nclip = 1.0\ntune = \"lora\"\ndtype = \"bfloat16\"\n", "t.toml");
  EXPECT_EQ(other.cells[0].student.values["head_lr"], 2e-4) << "the one rate is the one that is said";
  EXPECT_EQ(other.cells[0].student.values["clip"], 1.0);
  EXPECT_EQ(other.cells[0].student.values["lora_alpha"], 16.0);
  EXPECT_EQ(other.cells[0].student.values["dtype"], "bfloat16");
  EXPECT_EQ(other.cells[0].supervisor.values["clip"], 0.0);
  EXPECT_EQ(student_of("", {.sets = {"student.order=stream", "student.max_tokens=64"}})["order"], "stream");
}

TEST(Compat, AMethodsParametersFollowIt) {
  const auto method_of = [](const std::string& compat, const std::string& more) {
    return parse_spec("compat = \"" + compat + "\"\n" + kBase + more, "t.toml").cells[0].method.params;
  };
  const std::string logconf = "[method]\nname = \"logconf\"\n";
  const Json openai = method_of("openai-6b450f2", logconf);
  EXPECT_EQ(openai, (Json{{"alpha", 0.5},
                          {"warmup", 0.1},
                          {"hard", false},
                          {"prior", "weak"},
                          {"threshold", "quantile"},
                          {"jump", true}}));
  const Json ours =
      method_of("openai-6b450f2", logconf + "[method.logconf]\nthreshold = \"rank\"\njump = false\n");
  EXPECT_FALSE(ours.contains("threshold") || ours.contains("jump"));
  EXPECT_EQ(method_of("eleuther-a929af0", logconf)["warmup_steps"], 100);
  EXPECT_FALSE(
      method_of("eleuther-a929af0", logconf + "[method.logconf]\nwarmup = 0.2\n").contains("warmup_steps"));
}

TEST(Compat, TheRecordNamesWhatHoldsAndWhatIsSetAside) {
  const auto document = [](const std::string& more) {
    return parse_spec("compat = \"eleuther-a929af0\"\n" + kBase + more, "t.toml").resolved.at("compat");
  };
  const Json plain = document("");
  EXPECT_EQ(plain["name"], "eleuther-a929af0");
  EXPECT_THAT(plain["deviations"], testing::Contains("warm-up in steps"));
  EXPECT_THAT(plain["not_met"], testing::Contains("buffer of answers")) << "the method is naive";
  EXPECT_THAT(plain["not_met"], testing::Contains("rate of the supervisor")) << "n-grams have none";
  EXPECT_EQ(plain["set_aside"], Json::array());
  const Json set = document("warmup = 0.1\nhead_lr = 1e-3\nbeta2 = 0.99\n");
  EXPECT_THAT(set["set_aside"], testing::UnorderedElementsAre("warm-up in steps", "one rate", "beta2"));
  EXPECT_FALSE(parse().resolved.contains("compat"));
}

TEST(Compat, UnknownNamesAndAxesAreRefused) {
  EXPECT_THAT(error_of("compat = \"openai\"\n" + kBase),
              testing::AllOf(HasSubstr("openai-6b450f2, eleuther-a929af0"), HasSubstr("no compat profile")));
  EXPECT_THAT(error_of("compat = 3\n" + kBase), HasSubstr("a string"));
  EXPECT_THAT(error_of(kBase + "[grid]\n\"compat\" = [\"openai-6b450f2\"]"), HasSubstr("--set compat"));
  EXPECT_THAT(error_of(kBase + "order = \"random\""), HasSubstr("epochs, stream, repeat"));
  EXPECT_THAT(error_of(kBase + "warmup = 0.1\nwarmup_steps = 5"), HasSubstr("exclude each other"));
  EXPECT_THAT(error_of(kBase + "warmup_steps = 5", {.sets = {"student.tune=probe"}}),
              HasSubstr("means nothing"));
}

// A probe has none of what fine-tuning is told by the profile.
TEST(Compat, AProbeTakesWhatAProbeReads) {
  const Json probe = student_of("", {.sets = {"student.tune=probe"}});
  EXPECT_FALSE(probe.contains("schedule") || probe.contains("head"));
  EXPECT_EQ(probe["max_tokens"], 1023);
}

// Words that mean what there was before enter no key.
TEST(Compat, SettingsAtOurDefaultsEnterNoKey) {
  const Json said =
      parse("order = \"epochs\"\nramp = \"above\"\ndecay = \"all\"\nhead = \"new\"").cells[0].student.values;
  EXPECT_EQ(recipe_of(said), recipe_of(parse().cells[0].student.values));
  const Json small = parse("head = \"small\"\norder = \"stream\"").cells[0].student.values;
  EXPECT_EQ(recipe_of(small)["head"], "small");
  EXPECT_EQ(recipe_of(small)["order"], "stream");
}

TEST(Spec, SeedsAndNameMoveTheRunButNoCell) {
  const Spec two = parse("", {.seeds = 2}), three = parse("", {.seeds = 3});
  EXPECT_NE(run_id(two), run_id(three));
  EXPECT_EQ(two.cells[0].student.values, three.cells[0].student.values);
  EXPECT_EQ(run_id(two), run_id(parse("", {.seeds = 2})));
}

// A data set whose rows are questions; the texts of all learners show the answer.
const std::string kQuestions = R"(
[data]
path = "somewhere"
recipe = "sciq"
[supervisor]
kind = "ngrams"
[student]
model = "."
)";

TEST(Spec, ARecipeCompletesTheData) {
  const Spec spec = parse_spec(kQuestions, "t.toml");
  EXPECT_EQ(spec.data.choices, std::vector<std::string>{"choices"});
  EXPECT_EQ(spec.data.text, "Q: {question} A: {choice}");
  EXPECT_EQ(spec.cells.front().student.text, spec.data.text);
  EXPECT_EQ(spec.resolved["data"]["recipe"], "sciq");
  const Spec own =
      parse_spec(kQuestions, "t.toml", {.sets = {"data.text=\"{choice}\"", "data.choices=[\"a\", \"b\"]"}});
  EXPECT_EQ(own.data.text, "{choice}");
  EXPECT_EQ(own.data.choices, (std::vector<std::string>{"a", "b"}));
  const Spec stems = parse_spec(kQuestions, "t.toml", {.sets = {"data.recipe=\"ethics_justice\""}});
  EXPECT_EQ(stems.data.group, "text");
  EXPECT_EQ(stems.data.group_words, 8);
  EXPECT_TRUE(stems.data.choices.empty());
}

TEST(Spec, ARecipeIsKnownAndEveryTextShowsTheChoice) {
  EXPECT_THAT(error_of(kQuestions, {.sets = {"data.recipe=\"sqic\""}}), HasSubstr("recipe \"sqic\""));
  EXPECT_THAT(error_of(kQuestions, {.sets = {"student.text=\"{question}\""}}), HasSubstr("{choice}"));
}

TEST(Spec, DataKeysThatAreNotUsedLeaveNoTrace) {
  const Json data = parse().resolved["data"];
  for (const char* key : {"choices", "recipe", "group_words"}) EXPECT_FALSE(data.contains(key)) << key;
}

}  // namespace
}  // namespace qinglan
