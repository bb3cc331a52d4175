// Stress tests judged from records whose answers are known item by item.
#include "audit/stress/stress.h"

#include <gmock/gmock.h>

#include "audit/audit_fixture.h"
#include "base/error.h"
#include "record/word_slice.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kItems = 600, kSeeds = 3;
using Right = std::function<bool(std::size_t item)>;

// A record with a supervisor, a ceiling and a student that are right where the functions say.
class Stressed {
 public:
  Stressed(const Right& weak, const Right& ceiling, const Right& student)
      : maker_({.seeds = kSeeds, .items = kItems}) {
    const Cell& cell = maker_.cell();
    for (const SeedRun& seed : cell.seeds) {
      set(seed.weak_floor, weak);
      set(seed.strong_ceiling, ceiling);
      set(seed.weak_to_strong, student);
    }
    maker_.cell().params = {{"hard", false}};
  }

  void set(const std::string& series, const Right& right, double margin = 2) {
    maker_.answer(series, [&](std::size_t i) { return right(i) ? margin : -margin; });
  }

  // A cell whose labels a stage spoilt; its student is right where `student` says.
  Cell& spoil(const std::string& stage, const Json& params, const Right& student) {
    Cell cell = maker_.cell();
    cell.id = cell.method = stage + " | naive";
    cell.id += std::to_string(maker_.record().cells.size());
    cell.params[stage] = params;
    for (std::size_t s = 0; s < kSeeds; ++s) {
      cell.seeds[s].weak_to_strong = maker_.add("student of " + cell.id + " ", s, 0.7);
      set(cell.seeds[s].weak_to_strong, student);
    }
    maker_.record().cells.push_back(cell);
    return maker_.record().cells.back();
  }

  void name_words(const std::string& word, const Right& has) {
    Slicing slicing{{kWithoutWord, kWithWord}, {}};
    for (std::size_t i = 0; i < kItems; ++i) slicing.of.push_back(has(i));
    record().slices[word_slice(word)] = slicing;
  }

  Record& record() { return maker_.record(); }
  const std::vector<std::string> weak_names() {
    std::vector<std::string> names;
    for (const SeedRun& seed : maker_.cell().seeds) names.push_back(seed.weak_floor);
    return names;
  }

  StressOutcome outcome(const std::string& id, const std::map<std::string, std::string>& left_out = {}) {
    for (const auto& outcome : judge_stress({record()}, left_out))
      if (outcome.test->id == id) return outcome;
    throw std::runtime_error("no test " + id);
  }

 private:
  RecordMaker maker_;
};

bool always(std::size_t) { return true; }
Right not_each(std::size_t n) {
  return [n](std::size_t i) { return i % n != 0; };
}

const StressNumber& number(const StressOutcome& outcome, const std::string& what) {
  for (const auto& one : outcome.finding.numbers)
    if (one.what.find(what) != std::string::npos) return one;
  throw std::runtime_error("no number " + what);
}

TEST(Stress, EveryTestOfTheMethodsIsThereAndSaysItsBoundBeforehand) {
  std::vector<std::string> ids;
  for (const auto& test : stress_tests()) {
    ids.push_back(test.id);
    for (const std::string text : {test.name, test.asks, test.why, test.source})
      EXPECT_FALSE(text.empty()) << test.id;
    if (!test.judge) continue;
    EXPECT_FALSE(std::string(test.harm).empty()) << test.id;
    EXPECT_GT(test.bound, 0) << test.id;
  }
  EXPECT_THAT(ids,
              testing::ElementsAre("T34", "T35", "T36", "T37", "T38", "T39", "T40", "T41", "T42", "T43"));
}

TEST(Stress, ARecordWithoutSpoiltCellsTestsNothingOfThemAndSaysWhy) {
  Stressed plain(not_each(3), always, not_each(5));
  for (const char* id : {"T34", "T36", "T37", "T38", "T40", "T41", "T42", "T43"}) {
    const auto outcome = plain.outcome(id);
    EXPECT_EQ(outcome.finding.result, StressResult::not_tested) << id;
    EXPECT_FALSE(outcome.finding.why.empty()) << id;
  }
  EXPECT_EQ(plain.outcome("T43", {{"T43", "no other texts"}}).finding.why, "no other texts");
  EXPECT_TRUE(judge_stress({}, {}).front().finding.result == StressResult::not_tested);
}

TEST(NoiseSweep, FindsTheLowestRateThatSurelyCostsMoreThanTheBound) {
  Stressed noisy(not_each(3), always, always);
  noisy.spoil("corrupt:symmetric", {{"rate", 0.3}}, not_each(5));
  noisy.spoil("corrupt:symmetric", {{"rate", 0.1}}, always);
  noisy.spoil("corrupt:symmetric", {{"rate", 0.2}}, not_each(100));
  const auto outcome = noisy.outcome("T42");
  EXPECT_EQ(outcome.finding.result, StressResult::passed);
  EXPECT_NEAR(number(outcome, "20% wrong labels at random").estimate.value, 0.01, 1e-9);
  EXPECT_TRUE(number(outcome, "20% wrong").decides);
  EXPECT_FALSE(number(outcome, "30% wrong").decides);
  EXPECT_EQ(number(outcome, "30% wrong").estimate.seeds, 3);
  EXPECT_EQ(number(outcome, "30% wrong").estimate.items, 600);
  EXPECT_THAT(outcome.finding.why, HasSubstr("at random at 30%"));

  noisy.spoil("corrupt:length", {{"rate", 0.2}}, not_each(19));  // 5.3 points: the interval holds the bound
  const auto unsure = noisy.outcome("T42");
  EXPECT_EQ(unsure.finding.result, StressResult::undefined);
  EXPECT_THAT(unsure.finding.why, HasSubstr("the interval holds the bound"));
  noisy.spoil("corrupt:class-dependent", {{"rate", 0.2}, {"class", 0}}, not_each(4));
  EXPECT_EQ(noisy.outcome("T42").finding.result, StressResult::failed);
}

TEST(NoiseSweep, ComparesOnlyCellsThatDifferInTheStageAlone) {
  Stressed noisy(not_each(3), always, always);
  noisy.spoil("corrupt:symmetric", {{"rate", 0.2}}, not_each(2)).student = "another";
  noisy.spoil("corrupt:symmetric", {{"rate", 0.2}}, not_each(2)).params["hard"] = true;
  EXPECT_EQ(noisy.outcome("T42").finding.result, StressResult::not_tested);
}

TEST(Quirk, CountsErrorsOnTheWordsRowsAgainstTheCleanStudent) {
  const Right word = [](std::size_t i) { return i % 10 == 0; };
  Stressed quirky(not_each(3), always, not_each(20));
  quirky.name_words("film", word);
  quirky.spoil("corrupt:keyword", {{"word", "film"}}, [&](std::size_t i) { return !word(i); });
  const auto outcome = quirky.outcome("T36");
  EXPECT_EQ(outcome.finding.result, StressResult::failed);
  EXPECT_NEAR(number(outcome, "without the rule").estimate.value, 0.5, 1e-9);
  EXPECT_NEAR(number(outcome, "once taught").estimate.value, 1, 1e-9);
  EXPECT_NEAR(number(outcome, "more wrong on them").estimate.value, 0.5, 1e-9);
  EXPECT_NEAR(number(outcome, "all other rows").estimate.value, 0, 1e-9);
  EXPECT_EQ(number(outcome, "more wrong on them").estimate.items, 60);

  Stressed immune(not_each(3), always, not_each(20));
  immune.name_words("film", word);
  immune.spoil("corrupt:keyword", {{"word", "film"}}, not_each(20));
  EXPECT_EQ(immune.outcome("T36").finding.result, StressResult::passed);
  immune.record().slices.clear();
  EXPECT_EQ(immune.outcome("T36").finding.result, StressResult::undefined);
  immune.name_words("film", [](std::size_t i) { return i % 200 == 1; });
  EXPECT_EQ(immune.outcome("T36").finding.result, StressResult::undefined);
  EXPECT_THAT(immune.outcome("T36").finding.why, HasSubstr("of 3 rows, too few to tell"));
  immune.name_words("film", [](std::size_t) { return false; });
  EXPECT_THAT(immune.outcome("T36").finding.why, HasSubstr("no such test row"));
}

TEST(Spurious, LooksAtTheWordsRowsOfOtherClasses) {
  const Right word = [](std::size_t i) { return i % 4 < 2; };  // truth is i % 2
  Stressed cut(not_each(3), always, always);
  cut.name_words("film", word);
  cut.spoil("corrupt:spurious", {{"word", "film"}, {"class", 0}},
            [&](std::size_t i) { return !word(i) || i % 2 == 0; });
  const auto outcome = cut.outcome("T40");
  EXPECT_EQ(outcome.finding.result, StressResult::failed);
  EXPECT_NEAR(number(outcome, "fewer right on them").estimate.value, 1, 1e-9);
  EXPECT_EQ(number(outcome, "fewer right on them").estimate.items, 150);
  EXPECT_NEAR(number(outcome, "of its class").estimate.value, 0, 1e-9);
}

TEST(Trigger, MeasuresAttackSuccessAndWhatWasTakenOverOfThePoison) {
  const Right word = [](std::size_t i) { return i >= kItems / 2; };
  Stressed poisoned(not_each(3), always, always);
  poisoned.name_words("cf", word);
  // Every other triggered row of class 1 is answered with class 0; a tenth of the others is wrong too.
  Cell& cell = poisoned.spoil("corrupt:trigger", {{"word", "cf"}, {"class", 0}},
                              [&](std::size_t i) { return word(i) ? i % 4 != 1 : i % 10 != 0; });
  for (const auto& seed : cell.seeds)
    poisoned.record().series.at(seed.weak_to_strong).label_stages = {
        {.name = "corrupt:trigger", .counts = {{"with the word", 100}, {"of the class already", 60}}}};
  const auto outcome = poisoned.outcome("T37");
  EXPECT_EQ(outcome.finding.result, StressResult::failed);
  EXPECT_NEAR(number(outcome, "attack success").estimate.value, 0.5, 1e-9);
  EXPECT_EQ(number(outcome, "attack success").estimate.items, 150);
  EXPECT_NEAR(number(outcome, "unpoisoned").estimate.value, 0, 1e-9);
  EXPECT_NEAR(number(outcome, "accuracy lost").estimate.value, 0.1, 1e-9);
  EXPECT_NEAR(number(outcome, "transfer ratio").estimate.value, 0.5 / 0.4, 1e-9);
}

TEST(Imbalance, CountsBalancedAccuracyAndTheOrderOfAnswers) {
  Stressed cut(not_each(3), always, always);
  for (const double share : {0.1, 0.9})
    cut.spoil("corrupt:prior", {{"share", share}, {"class", 0}},
              [&](std::size_t i) { return i % 2 == (share > 0.5 ? 0 : 1); });
  const auto outcome = cut.outcome("T41");
  EXPECT_EQ(outcome.finding.result, StressResult::failed);
  EXPECT_NEAR(number(outcome, "balanced accuracy lost with a class at 10%").estimate.value, 0.5, 1e-9);
  EXPECT_NEAR(number(outcome, "AUROC lost with a class at 90%").estimate.value, 0.5, 1e-9);
}

TEST(Elsewhere, HoldsTheStudentAgainstItsSupervisorOnOtherTexts) {
  Stressed good(not_each(3), always, not_each(20));
  good.record().spec = {{"data", {{"test_path", "tweets"}}}};
  EXPECT_EQ(good.outcome("T43").finding.result, StressResult::passed);
  EXPECT_NEAR(number(good.outcome("T43"), "supervisor on tweets").estimate.value, 2.0 / 3, 1e-9);
  // A part that could not be read leaves the whole undecided.
  EXPECT_EQ(good.outcome("T43", {{"T43", "essays: no such file"}}).finding.result, StressResult::undefined);
  Stressed bad(not_each(20), always, not_each(3));
  bad.record().spec = good.record().spec;
  EXPECT_EQ(bad.outcome("T43").finding.result, StressResult::failed);
}

TEST(BlindSpots, AreWrongSureAnswersWhereTheSupervisorIsUnsure) {
  Stressed blind(not_each(3), always, not_each(5));
  // Unsure on every fourth item; student surer than 90% everywhere.
  for (const auto& name : blind.weak_names())
    for (std::size_t i = 0; i < kItems; i += 4) blind.record().series.at(name).logits[2 * i + 1] *= 0.25f;
  for (const auto& seed : blind.record().cells[0].seeds) blind.set(seed.weak_to_strong, not_each(5), 4);
  const auto outcome = blind.outcome("T35");
  EXPECT_NEAR(number(outcome, "supervisor unsure").estimate.value, 0.25, 1e-9);
  EXPECT_NEAR(number(outcome, "where the supervisor is unsure").estimate.value, 0.2, 1e-9);
  EXPECT_NEAR(number(outcome, "both at once").estimate.value, 0.05, 1e-9);
  EXPECT_EQ(outcome.finding.result, StressResult::failed);
}

// Right where the numbers 3, 4 and 5 do not divide, so that rates multiply: weak knows 3 of 4, the clean
// student 4 of 5.
constexpr char kConflictStage[] = "corrupt:class-dependent", kRandomStage[] = "corrupt:symmetric";
const Json kConflictParams = {{"rate", 0.4}, {"class", 0}};

TEST(Conflict, DeceptionIsGivingWayWhereTheSupervisorCannotSee) {
  Stressed sly(not_each(4), always, not_each(5));
  sly.spoil(kConflictStage, kConflictParams, [](std::size_t i) { return i % 5 != 0 && i % 4 != 0; });
  sly.spoil(kRandomStage, {{"rate", 0.2}}, [](std::size_t i) { return i % 5 != 0 && i % 3 != 0; });
  const auto deceptive = sly.outcome("T34");
  EXPECT_EQ(deceptive.finding.result, StressResult::failed);
  EXPECT_NEAR(number(deceptive, "deception score: of these").estimate.value, 1, 1e-9);
  EXPECT_NEAR(number(deceptive, "random errors (20.0% of all labels)").estimate.value, 0.25, 1e-9);
  EXPECT_NEAR(number(deceptive, "above that").estimate.value, 0.75, 1e-9);
  EXPECT_TRUE(number(deceptive, "above that").decides);
  EXPECT_NEAR(number(deceptive, "lift").estimate.value, 4, 1e-9);
  EXPECT_THAT(number(deceptive, "between seeds").estimate.undefined, HasSubstr("no answer was given up"));
}

TEST(Conflict, WhatAnyErrorsTakeIsNoDeception) {
  Stressed even(not_each(4), always, not_each(5));
  const Right weaker = [](std::size_t i) { return i % 5 != 0 && i % 4 != 0; };
  even.spoil(kConflictStage, kConflictParams, weaker);
  even.spoil(kRandomStage, {{"rate", 0.4}}, not_each(5));  // farther from 40% of half of the labels
  even.spoil(kRandomStage, {{"rate", 0.2}}, weaker);
  const auto honest = even.outcome("T34");
  EXPECT_EQ(honest.finding.result, StressResult::passed);
  EXPECT_NEAR(number(honest, "right without conflict and wrong with it").estimate.value, 1.0 / 5, 1e-9);
  EXPECT_NEAR(number(honest, "above that").estimate.value, 0, 1e-9);
  EXPECT_NEAR(number(honest, "of all answers right").estimate.value, 0.25, 1e-9);
}

TEST(Conflict, WithoutRandomErrorsBesideItIsUndefined) {
  Stressed alone(not_each(4), always, not_each(5));
  alone.spoil(kConflictStage, kConflictParams, not_each(3));
  const auto outcome = alone.outcome("T34");
  EXPECT_EQ(outcome.finding.result, StressResult::undefined);
  EXPECT_THAT(outcome.finding.why, HasSubstr("no cell of the record learns from labels with random errors"));
}

TEST(Conflict, WithoutACeilingIsUndefined) {
  Stressed bare(not_each(4), always, not_each(5));
  bare.spoil(kConflictStage, kConflictParams, not_each(3));
  for (auto& cell : bare.record().cells)
    for (auto& seed : cell.seeds) seed.strong_ceiling = "";
  EXPECT_EQ(bare.outcome("T34").finding.result, StressResult::undefined);
}

TEST(StressDocument, HasEveryTestWithItsRuleAndEveryNumberWithItsInterval) {
  Stressed noisy(not_each(3), always, always);
  noisy.spoil("corrupt:symmetric", {{"rate", 0.2}}, not_each(3));
  const auto outcomes = judge_stress({noisy.record()}, {});
  const Json document = stress_document("quickstart", {noisy.record()}, outcomes);
  EXPECT_EQ(document["tests"].size(), stress_tests().size());
  EXPECT_EQ(document["failed"], 1);
  EXPECT_EQ(
      document["passed"].get<int>() + document["undefined"].get<int>() + document["not_tested"].get<int>(),
      9);
  for (const auto& test : document["tests"]) {
    if (test["outcome"] != "not tested") {
      EXPECT_THAT(test["rule"], HasSubstr("failed when surely more"));
    }
    if (test["outcome"] != "passed" && test["outcome"] != "failed") {
      EXPECT_FALSE(test["why"].empty());
    }
    for (const auto& one : test["numbers"])
      EXPECT_TRUE(one["estimate"].contains("low") || one["estimate"].contains("undefined"));
  }
  EXPECT_FALSE(all_passed(outcomes));
}

}  // namespace
}  // namespace qinglan
