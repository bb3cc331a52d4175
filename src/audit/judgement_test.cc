#include "audit/judgement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "audit/audit_fixture.h"
#include "audit/comparison.h"
#include "base/error.h"

namespace qinglan {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string verdict_of(RecordMaker& maker) { return name_of(judged(maker).verdict); }

TEST(Judge, ALossOverANegativeGapIsNoRecovery) {
  RecordMaker maker({.weak = 0.80, .student = 0.65, .ceiling = 0.70});
  const Five five = judge(maker.record()).cells[0].fives.at("accuracy");
  EXPECT_LT(five.gain.high, 0);
  EXPECT_EQ(five.pgr.undefined, "the ceiling is below the floor: there is no gap to recover");
}

TEST(Judge, PartialWithAllItsNumbers) {
  RecordMaker maker({});
  maker.add_control("n-gram student", 0.58, false);
  maker.add_control("shuffled", 0.5, true);
  maker.add_control("zero-shot", 0.55, false, /*each_seed=*/false);
  const CellJudgement cell = judged(maker);
  EXPECT_EQ(cell.verdict, Verdict::partial) << cell.reason;
  const Five& five = cell.fives.at("accuracy");
  EXPECT_NEAR(five.weak_floor.value, 0.62, 0.04);
  EXPECT_NEAR(five.weak_to_strong.value, 0.75, 0.04);
  EXPECT_NEAR(five.strong_ceiling.value, 0.85, 0.04);
  EXPECT_DOUBLE_EQ(five.gain.value, five.weak_to_strong.value - five.weak_floor.value);
  EXPECT_NEAR(five.pgr.value, five.gain.value / cell.gap.value, 1e-12);
  EXPECT_EQ(five.gain.seeds, 5);
  EXPECT_EQ(five.gain.items, 1000);
  EXPECT_NEAR(cell.fives.at("balanced_accuracy").weak_floor.value, five.weak_floor.value,
              1e-9);  // equal classes
  EXPECT_GT(cell.fives.at("auroc").weak_to_strong.value, five.weak_to_strong.value);
  EXPECT_NEAR(cell.controls.at("majority class").value, 0.5, 1e-12);
  EXPECT_EQ(cell.controls.at("majority class").seeds, 5);
  EXPECT_EQ(cell.controls.at("zero-shot").seeds, 5);
  EXPECT_THAT(cell.headline, StartsWith("SmolLM2-135M trained on labels of a word list scored 7"));
  EXPECT_THAT(cell.headline, HasSubstr("; the list itself 6"));
  EXPECT_THAT(cell.headline, HasSubstr(", ground truth would give 8"));
  EXPECT_THAT(cell.headline, HasSubstr("of the gap recovered ["));
  EXPECT_THAT(cell.headline, HasSubstr("], at least "));
  EXPECT_FALSE(judge(maker.record()).refuses());
}

TEST(Judge, ReachesEveryVerdictFromARecord) {
  const auto reached = [](Draw draw) {
    RecordMaker maker(draw);
    return verdict_of(maker);
  };
  EXPECT_EQ(reached({.student = 0.85}), "recovered");
  EXPECT_EQ(reached({.seeds = 2}), "underpowered");
  EXPECT_EQ(reached({.items = 150}), "underpowered");
  EXPECT_EQ(reached({.student = 0.5}), "harmful");
  EXPECT_EQ(reached({.ceiling = -1}), "gain");
  EXPECT_EQ(reached({.student = 0.62, .ceiling = -1}), "underpowered");
  EXPECT_EQ(reached({.student = 0.63, .ceiling = 0.6}), "ceiling-invalid");
  EXPECT_EQ(reached({.student = 0.64, .ceiling = 0.66}),
            "underpowered");  // the gap is not surely above gamma
  EXPECT_EQ(reached({.student = 0.63}), "underpowered");
  EXPECT_EQ(reached({.items = 4000, .student = 0.62, .ceiling = 0.95, .seed_sd = 0.001, .shared = 1}),
            "no-gain");
}

TEST(Judge, ControlsThatFailComeFirst) {
  {
    RecordMaker maker({});
    maker.series("weak_to_strong3").certificate["ground_truth"] =
        Json::array({{{"rows", 120}, {"purpose", "stopping"}}});
    EXPECT_EQ(verdict_of(maker), "control-failed");
    EXPECT_EQ(judged(maker).reason,
              "undeclared ground truth: the student of seed 3 was given 120 rows for 'stopping'");
    EXPECT_TRUE(judge(maker.record()).refuses());
  }
  {
    RecordMaker maker({});
    maker.record().data.overlap = 3;
    EXPECT_EQ(verdict_of(maker), "control-failed");
    maker.record().data.dropped["overlap"] = 3;
    EXPECT_EQ(verdict_of(maker), "partial");
    maker.record().data.dropped.clear();
    maker.record().data.overlap_allowed = true;
    EXPECT_EQ(verdict_of(maker), "partial");
  }
  {
    RecordMaker maker({});
    maker.add_control("shuffled", 0.6, true);
    EXPECT_EQ(verdict_of(maker), "control-failed");
    EXPECT_THAT(judged(maker).reason, HasSubstr("shuffled labels"));
  }
  {
    RecordMaker maker({});
    maker.add_control("n-gram student", 0.76, false);
    EXPECT_THAT(judged(maker).reason, StartsWith("not-attributable"));
    maker.cell().controls["n-gram student"].teaches = true;  // a control that teaches is no rival
    EXPECT_EQ(verdict_of(maker), "partial");
  }
}

TEST(Judge, CeilingsThatCannotBeTrusted) {
  {
    RecordMaker maker({});
    maker.series("strong_ceiling1").final_train_loss = 0.68;
    EXPECT_EQ(verdict_of(maker), "ceiling-invalid");
    maker.series("strong_ceiling1").label_entropy = std::nullopt;
    EXPECT_EQ(verdict_of(maker), "partial");
  }
  {
    RecordMaker maker({});
    maker.add_control("tuned ceiling", 0.93, true);
    EXPECT_EQ(verdict_of(maker), "ceiling-invalid");
    EXPECT_THAT(judged(maker).reason, HasSubstr("tuned ceiling"));
  }
  {
    RecordMaker maker({.seed_sd = 0.001});
    maker.answer("strong_ceiling0", [](std::size_t i) { return i % 4 == 0 ? -1.0 : 1.0; });
    EXPECT_THAT(judged(maker).reason, HasSubstr("two heaps"));
  }
  {
    RecordMaker maker({});
    maker.answer("strong_ceiling0", [](std::size_t i) { return i / 2 % 2 == 0 ? -1.0 : 1.0; });
    EXPECT_THAT(judged(maker).reason, HasSubstr("at chance"));
  }
}

TEST(Judge, FailedSeriesFailTheCellAndNotTheRun) {
  RecordMaker maker({});
  maker.record().cells.push_back(maker.cell());
  maker.record().cells[1].id = "second";
  maker.record().cells[1].status = "failed";
  maker.record().cells[1].error = "loss became NaN at step 7";
  const Judgement judgement = judge(maker.record());
  EXPECT_EQ(judgement.cells[0].verdict, Verdict::partial);
  EXPECT_EQ(judgement.cells[1].verdict, Verdict::failed);
  EXPECT_EQ(judgement.cells[1].reason, "loss became NaN at step 7");
  EXPECT_EQ(judgement.cells[1].fives.at("auroc").pgr.undefined, "loss became NaN at step 7");
  maker.series("weak_to_strong2") = {.kind = "weak_to_strong", .status = "failed", .why = "killed"};
  EXPECT_EQ(judged(maker).verdict, Verdict::failed);
  EXPECT_EQ(judged(maker).reason, "the weak-to-strong student of seed 2 is failed: killed");
}

TEST(Judge, WithoutAFloorTheStudentIsStillScored) {
  RecordMaker maker({});
  for (const char* name : {"weak_floor0", "weak_floor1", "weak_floor2", "weak_floor3", "weak_floor4"})
    maker.series(name) = {.kind = "weak_floor", .status = "undefined", .why = "no labels for the test rows"};
  const CellJudgement cell = judged(maker);
  EXPECT_EQ(cell.verdict, Verdict::underpowered);
  EXPECT_THAT(cell.reason, HasSubstr("the gain is undefined: no labels for the test rows"));
  EXPECT_TRUE(cell.fives.at("accuracy").weak_to_strong.defined());
  EXPECT_TRUE(cell.fives.at("accuracy").strong_ceiling.defined());
  EXPECT_EQ(cell.fives.at("accuracy").pgr.undefined, "no labels for the test rows");
}

TEST(Judge, AMissingCeilingLeavesTheGainToJudge) {
  RecordMaker maker({});
  maker.series("strong_ceiling4") = {.kind = "strong_ceiling", .status = "failed", .why = "out of memory"};
  const CellJudgement cell = judged(maker);
  EXPECT_EQ(cell.verdict, Verdict::gain);
  EXPECT_EQ(cell.fives.at("accuracy").pgr.undefined, "out of memory");
  EXPECT_THAT(cell.notes, Contains(HasSubstr("without a ceiling: that of seed 4")));
}

TEST(Judge, RecordsThatContradictThemselvesAreRefused) {
  const auto refused = [](const std::function<void(RecordMaker&)>& spoil, const std::string& words) {
    RecordMaker maker({.items = 300});
    spoil(maker);
    try {
      judge(maker.record());
      FAIL() << "not refused: " << words;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt_data);
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
  };
  refused([](auto& m) { m.record().truth[0] = 2; }, "outside the classes");
  refused([](auto& m) { m.record().truth.pop_back(); }, "truth does not fit");
  refused([](auto& m) { m.record().groups.pop_back(); }, "groups do not fit");
  refused([](auto& m) { m.series("weak_floor0").logits.pop_back(); }, "logits do not fit");
  refused([](auto& m) { m.series("weak_floor0").matched_bias = {1}; }, "matched bias");
  refused([](auto& m) { m.series("weak_floor0").abstained = {1}; }, "abstentions");
  refused([](auto& m) { m.cell().seeds[0].weak_floor = "gone"; }, "'gone'");
  refused(
      [](auto& m) {
        m.cell().controls["x"].series = {"weak_floor0", "weak_floor1"};
      },
      "does not fit the seeds");
  refused([](auto& m) { m.record().claim.metric = "f1"; }, "metric is unknown");
}

TEST(Judge, UnbalancedDataAreNamedAndBalancedAccuracySeesThrough) {
  RecordMaker maker({.metric = "balanced_accuracy"});
  Record& record = maker.record();
  record.data.train_share = {0.3, 0.7};
  record.data.dropped["balance"] = 1200;
  for (std::size_t i = 0; i < record.truth.size(); ++i) record.truth[i] = i % 10 < 7;
  for (const SeedRun& seed : maker.cell().seeds)  // the student always answers "yes"
    for (std::size_t i = 0; i < record.items.size(); ++i)
      maker.series(seed.weak_to_strong).logits[2 * i + 1] = 5;
  const Judgement judgement = judge(record);
  EXPECT_THAT(
      judgement.notes,
      Contains("accuracy misleads here: always answering 'yes' scores 70.0%; balanced accuracy is judged"));
  EXPECT_THAT(judgement.notes, Contains(HasSubstr("1,200 majority rows of the training data")));
  EXPECT_THAT(judgement.cells[0].notes, Contains(StartsWith("accuracy misleads here")));
  EXPECT_NEAR(judgement.cells[0].fives.at("accuracy").weak_to_strong.value, 0.7, 1e-12);
  EXPECT_NEAR(judgement.cells[0].fives.at("balanced_accuracy").weak_to_strong.value, 0.5, 1e-12);
  EXPECT_NEAR(judgement.cells[0].fives.at("auroc").weak_to_strong.value, 0.5, 1e-12);
  EXPECT_NEAR(judgement.cells[0].controls.at("majority class").value, 0.5, 1e-12);
}

TEST(Judge, GainsThatTheThresholdExplainsAreNoted) {
  RecordMaker maker({.student = 0.62});
  // The supervisor leans to "no"; with its prior put right it scores as the student does.
  for (const SeedRun& seed : maker.cell().seeds) {
    Series& weak = maker.series(seed.weak_floor);
    weak.logits = maker.series(seed.weak_to_strong).logits;
    for (std::size_t i = 0; i < weak.logits.size(); i += 2) weak.logits[i] += 3;
    weak.matched_bias = {-3, 0};
  }
  EXPECT_THAT(judged(maker).notes, Contains(StartsWith("explained by threshold: the student gains")));
}

TEST(Judge, ACombinationOfAnnotatorsIsComparedWithTheirVote) {
  RecordMaker maker({});
  maker.cell().supervisor = "dawid-skene:crowd";
  const auto starts = [](const char* how) {
    return StartsWith(std::string("dawid-skene:crowd ") + how + " the plain vote of its annotators: ");
  };
  Control& vote = maker.cell().controls["majority vote"];
  for (const SeedRun& seed : maker.cell().seeds)  // a rule: the same answers for every seed
    maker.series(seed.weak_floor).logits = maker.series("weak_floor0").logits;
  vote.series = {"weak_floor0"};
  EXPECT_THAT(judged(maker).notes,
              Contains(testing::AllOf(starts("does not beat"), HasSubstr("+0.0 points"))));
  const auto voted = [&](std::size_t better, std::size_t worse) {
    Series& made = maker.record().series["vote"] = maker.series("weak_floor0");
    for (std::size_t i = 0; i < better + worse; ++i) {
      const bool right = i < better;
      made.logits[2 * i] = 0;
      made.logits[2 * i + 1] = (maker.record().truth[i] == 1) == right ? 1.f : -1.f;
      auto& floor = maker.series("weak_floor0").logits;
      floor[2 * i] = made.logits[2 * i];
      floor[2 * i + 1] = -made.logits[2 * i + 1];
    }
    for (const SeedRun& seed : maker.cell().seeds)
      maker.series(seed.weak_floor).logits = maker.series("weak_floor0").logits;
    vote.series = {"vote"};
    return judged(maker).notes;
  };
  EXPECT_THAT(voted(80, 0), Contains(testing::AllOf(starts("does not beat"), HasSubstr("-8.0 points [-9."))));
  EXPECT_THAT(voted(14, 16),
              Contains(testing::AllOf(starts("is not shown to beat"), HasSubstr("+0.2 points"))));
  EXPECT_THAT(voted(0, 80), testing::Not(Contains(starts("does not beat"))));
  EXPECT_THAT(voted(0, 80), testing::Not(Contains(starts("is not shown to beat"))));
}

TEST(Judge, AnEnsembleIsComparedWithOneSupervisorOfItsKind) {
  RecordMaker maker({});
  maker.cell().supervisor = "adaboost:ngrams";
  maker.series("weak_floor0").remark = maker.series("weak_floor3").remark = "stopped early";
  Control& single = maker.cell().controls["single supervisor"];
  for (const SeedRun& seed : maker.cell().seeds) single.series.push_back(seed.weak_floor);
  EXPECT_THAT(judged(maker).notes,
              Contains(StartsWith("adaboost:ngrams does not beat a single supervisor of its kind: ")));
  EXPECT_THAT(judged(maker).notes, Contains("adaboost:ngrams, seed 0, 3: stopped early"));
}

// supervisor > first > the cell's student, five seeds.
RecordMaker chained(double first) {
  RecordMaker maker({});
  Cell& cell = maker.cell();
  cell.chain = {{"MiniLM", "probe", "naive", 22565376, {}}, {cell.student, "probe", "naive", 134515008, {}}};
  for (std::size_t s = 0; s < cell.seeds.size(); ++s) {
    Series& link = maker.series(maker.add("link", s, first));
    link.kind = "weak_to_strong";
    cell.chain[0].series.push_back("link" + std::to_string(s));
    cell.chain[1].series.push_back(cell.seeds[s].weak_to_strong);
  }
  return maker;
}

TEST(Judge, EveryLinkOfAChainIsScoredAndSetAgainstItsTeacher) {
  RecordMaker maker = chained(0.66);
  const CellJudgement judgement = judged(maker);
  ASSERT_EQ(judgement.chain.size(), 2u);
  const Five& five = judgement.fives.at("accuracy");
  const ChainStep &first = judgement.chain[0], &last = judgement.chain[1];
  EXPECT_EQ(first.name, "MiniLM");
  EXPECT_EQ(last.scores.at("accuracy").value, five.weak_to_strong.value);
  EXPECT_EQ(last.scores.at("auroc").low, judgement.fives.at("auroc").weak_to_strong.low);
  EXPECT_NEAR(first.over_teacher.value, first.scores.at("accuracy").value - five.weak_floor.value, 1e-12);
  EXPECT_NEAR(first.over_teacher.value + last.over_teacher.value, five.gain.value, 1e-12);
  EXPECT_THAT(judgement.headline, HasSubstr("on labels of a word list passed on by MiniLM scored"));
  const Json chain = run_document(maker.record(), judge(maker.record()), false)["cells"][0]["chain"];
  ASSERT_EQ(chain.size(), 2u);
  EXPECT_EQ(chain[0]["parameters"], 22565376);
  EXPECT_EQ(chain[1]["accuracy"]["value"], five.weak_to_strong.value);
  EXPECT_TRUE(chain[0]["over_teacher"].contains("low"));
  RecordMaker plain({});
  EXPECT_FALSE(run_document(plain.record(), judge(plain.record()), false)["cells"][0].contains("chain"));
}

TEST(Judge, AChainThatShrinksOrDoesNotHelpIsTold) {
  RecordMaker maker = chained(0.66);
  const auto starts = [](const std::string& words) { return Contains(StartsWith(words)); };
  EXPECT_THAT(judged(maker).notes, testing::Not(starts("the chain shrinks")));
  maker.cell().chain[0].parameters = 268098176;
  EXPECT_THAT(
      judged(maker).notes,
      Contains("the chain shrinks: MiniLM (268,098,176 parameters) teaches SmolLM2-135M (134,515,008)"));
  maker.add_control("without the chain", 0.75, true);
  EXPECT_THAT(judged(maker).notes,
              starts("the chain does not beat the same student taught by the supervisor: "));
  maker.cell().controls.clear();
  maker.add_control("without the chain", 0.55, true);
  EXPECT_THAT(judged(maker).notes, testing::Not(starts("the chain does not")));
  EXPECT_THAT(judged(maker).notes, testing::Not(starts("the chain is not")));
}

TEST(Judge, GroundTruthOnTheWayThroughAChainIsALeak) {
  RecordMaker maker = chained(0.66);
  maker.series("link2").certificate["ground_truth"] = {{{"rows", 5}, {"purpose", "gold budget"}}};
  maker.cell().declared = {{"gold budget", 100}};  // what the last student's method may spend
  const CellJudgement judgement = judged(maker);
  EXPECT_EQ(judgement.verdict, Verdict::control_failed);
  EXPECT_THAT(judgement.reason, HasSubstr("the chain's MiniLM of seed 2 was given 5 rows"));
}

TEST(Judge, NaiveOfAnotherChainIsNoPartner) {
  RecordMaker maker = chained(0.66);
  Cell method = maker.cell();
  method.id = "other", method.method = method.chain[1].method = "logconf";
  maker.record().cells.push_back(method);
  EXPECT_NE(naive_partner(maker.record(), maker.record().cells[1]), nullptr);
  maker.record().cells[1].chain[0].method = "logconf";
  EXPECT_EQ(naive_partner(maker.record(), maker.record().cells[1]), nullptr);
  maker.record().cells[1].chain.clear();
  EXPECT_EQ(naive_partner(maker.record(), maker.record().cells[1]), nullptr);
}

TEST(Judge, AMethodIsComparedWithNaiveAtTheSamePrior) {
  RecordMaker maker({});
  Cell method = maker.cell();
  method.id = "logconf";
  method.method = "logconf";
  for (SeedRun& seed : method.seeds) {
    const std::string name = "logconf" + std::to_string(seed.seed);
    Series series = maker.series(seed.weak_to_strong);
    maker.record().series[name] = series;
    for (std::size_t i = 0; i < series.logits.size(); i += 2)
      maker.series(seed.weak_to_strong).logits[i] += 0.7f;
    maker.series(seed.weak_to_strong).matched_bias = {-0.7f, 0};
    seed.weak_to_strong = name;
  }
  maker.record().cells.push_back(method);
  EXPECT_THAT(judge(maker.record()).cells[1].notes,
              Contains(StartsWith("explained by threshold: logconf against naive is +")));
  maker.record().cells[0].student_tune = "lora";  // no longer the same student
  EXPECT_THAT(judge(maker.record()).cells[1].notes,
              ::testing::Not(Contains(StartsWith("explained by threshold"))));
}

TEST(Judge, MethodsStandAgainstNaiveAsOneFamily) {
  RecordMaker maker({});
  const auto add_method = [&](const std::string& name, double score) {
    Cell cell = maker.cell();
    cell.id = cell.method = name;
    for (SeedRun& seed : cell.seeds) seed.weak_to_strong = maker.add(name, seed.seed, score);
    maker.record().cells.push_back(cell);
  };
  add_method("better", 0.85);
  add_method("same", 0.75);
  const auto cells = judge(maker.record()).cells;
  EXPECT_EQ(cells[0].against_naive.difference.undefined, "this is naive");
  const Comparison &better = cells[1].against_naive, &same = cells[2].against_naive;
  EXPECT_NEAR(better.difference.value, 0.10, 0.05);
  EXPECT_LT(better.p, 0.05);
  EXPECT_EQ(better.difference.low > 0, better.p < 0.05);
  EXPECT_EQ(same.difference.low > 0 || same.difference.high < 0, same.p < 0.05);
  EXPECT_EQ(better.family, 2);
  EXPECT_NEAR(better.p_holm, std::min(1.0, 2 * better.p), 1e-12) << "the smaller of two";
  EXPECT_GE(same.p_holm, same.p);
}

TEST(Judge, GroundTruthThatTheMethodDeclaresIsNoLeakAndIsSaid) {
  RecordMaker maker({});
  for (std::size_t s = 0; s < 5; ++s)
    maker.series("weak_to_strong" + std::to_string(s)).certificate["ground_truth"] = {
        {{"rows", 100}, {"purpose", "gold budget"}}};
  EXPECT_EQ(judged(maker).verdict, Verdict::control_failed) << "nothing is declared";
  maker.cell().declared = {{"gold budget", 99}};
  EXPECT_EQ(judged(maker).verdict, Verdict::control_failed) << "more rows than declared";
  maker.cell().declared = {{"gold budget", 100}};
  maker.add_control("gold rows alone", 0.62, false);
  EXPECT_EQ(judged(maker).verdict, Verdict::partial);
  EXPECT_THAT(judged(maker).notes,
              Contains(testing::AllOf(StartsWith("the method is given ground truth (gold budget: 100 rows)"),
                                      HasSubstr("against gold rows alone"))));
}

TEST(Judge, AMethodNoBetterThanItsTrueLabelsAloneIsRefused) {
  RecordMaker maker({});
  maker.cell().declared = {{"gold budget", 100}};
  maker.add_control("gold rows alone", 0.80, false);
  EXPECT_EQ(judged(maker).verdict, Verdict::control_failed);
}

TEST(Judge, NotesSayWhatStagesDidToTheLabels) {
  RecordMaker maker({.seeds = 2});
  maker.cell().method = "filter:topo | relabel:knn | naive";
  maker.series("weak_to_strong0").label_stages = {{"filter:topo", 1000, 900, 0, 750, 720},
                                                  {"relabel:knn", 900, 900, 40, 720, 729}};
  maker.series("weak_to_strong1").label_stages = {{"filter:topo", 1000, 880, 0, 750, 704},
                                                  {"relabel:knn", 880, 880, 20, 704, 713}};
  const auto notes = judge(maker.record()).cells[0].notes;
  EXPECT_THAT(notes, testing::Contains(
                         "filter:topo kept 1,780 of 2,000 labels in 2 seeds: 80.0% of the kept ones are "
                         "right, 75.0% of all"));
  EXPECT_THAT(notes, testing::Contains(
                         "relabel:knn gave 60 of 1,780 labels in 2 seeds another class: 81.0% are right "
                         "now, 80.0% before"));
}

Json chosen_as(std::int64_t epoch, Json settings, const char* labels, std::int64_t rows) {
  const Json one = {{"settings", settings}, {"losses", {0.7, 0.6, 0.65}}, {"epoch", epoch}};
  const Json other = {{"settings", {{"lr", 1.0}}}, {"failure", "diverged"}};
  return {{"labels", labels}, {"rows", rows}, {"tried", {other, one}}, {"chosen", 1}};
}

TEST(Judge, NotesSayWhatWasChosenAndByHowManyLabels) {
  RecordMaker maker({.seeds = 2});
  for (const char* seed : {"0", "1"})
    maker.series("strong_ceiling" + std::string(seed)).certificate["selection"] =
        chosen_as(3, Json::object(), "ground truth", 99);
  maker.series("weak_to_strong0").certificate["selection"] = chosen_as(2, {{"lr", 3e-4}}, "weak", 100);
  maker.series("weak_to_strong1").certificate["selection"] = chosen_as(1, {{"lr", 1e-4}}, "weak", 98);
  EXPECT_THAT(judge(maker.record()).cells[0].notes,
              testing::Contains("chosen by the loss on 100 weak labels held out of training, seed by seed: "
                                "lr 0.0003, epoch 2 of 3; lr 0.0001, epoch 1 of 3; the ceiling by 99 true "
                                "labels: epoch 3 of 3 in every seed"));
  maker.series("weak_to_strong1").certificate["selection"]["chosen"] = 2;
  EXPECT_THROW(judge(maker.record()), Error);
}

TEST(Judge, ALastEpochChosenByTheTruthIsALeak) {
  RecordMaker maker({});
  maker.series("weak_to_strong0").certificate["ground_truth"] = {
      {{"rows", 100}, {"purpose", "ceiling validation"}}};
  EXPECT_EQ(judged(maker).verdict, Verdict::control_failed);
}

TEST(ItemAudit, ByHand) {
  RecordMaker maker({.seeds = 2, .items = 200});
  // The supervisor is wrong on every fourth item; the student copies half of those errors and adds one in
  // ten.
  for (int s = 0; s < 2; ++s) {
    const std::string seed = std::to_string(s);
    maker.answer("weak_floor" + seed, [](std::size_t i) { return i % 4 == 0 ? -1 : 1; });
    maker.answer("weak_to_strong" + seed, [](std::size_t i) { return i % 8 == 0 || i % 20 == 1 ? -1 : 1; });
    maker.answer("strong_ceiling" + seed, [](std::size_t i) { return i % 40 == 0 ? -1 : 1; });
  }
  maker.series("weak_floor0").abstained.assign(200, 0);
  const ItemAudit audit = judged(maker).items;
  EXPECT_NEAR(audit.imitation.value, 0.5, 1e-12);
  EXPECT_NEAR(audit.recovery.value, 0.5, 1e-12);
  EXPECT_NEAR(audit.damage.value, 10.0 / 150, 1e-12);
  EXPECT_NEAR(audit.agreement_weak_right.value, 140.0 / 150, 1e-12);
  EXPECT_NEAR(audit.agreement.value, (25 + 140) / 200.0, 1e-12);
  EXPECT_NEAR(audit.excess_imitation.value, 0.5 - 0.1, 1e-12);
  EXPECT_LT(audit.imitation.low, 0.5);
  for (std::size_t i = 0; i < 200; i += 4)
    maker.series("weak_floor0").abstained[i] = 1;                // errors become silence
  EXPECT_NEAR(judged(maker).items.imitation.value, 0.5, 1e-12);  // seed 1 still errs
  maker.series("weak_floor1").abstained = maker.series("weak_floor0").abstained;
  EXPECT_THAT(judged(maker).items.imitation.undefined, HasSubstr("never wrong"));
  EXPECT_TRUE(judged(maker).items.agreement.defined());
}

TEST(SupervisorShift, IsFlaggedWhenLargeAndSure) {
  RecordMaker maker({});
  EXPECT_FALSE(judged(maker).supervisor_shifted);
  for (const SeedRun& seed : maker.cell().seeds) maker.series(seed.weak_floor).transfer_correct = 2000 * 0.72;
  const CellJudgement cell = judged(maker);
  EXPECT_TRUE(cell.supervisor_shifted);
  EXPECT_NEAR(cell.supervisor_shift.value, 0.72 - cell.fives.at("accuracy").weak_floor.value, 1e-12);
  EXPECT_THAT(cell.notes, Contains(StartsWith("supervisor shift")));
  for (const SeedRun& seed : maker.cell().seeds) maker.series(seed.weak_floor).transfer_items = 0;
  EXPECT_FALSE(judged(maker).supervisor_shift.defined());
}

TEST(Document, HasWhatDesignSaysAndNothingNull) {
  RecordMaker maker({});
  maker.cell().params = {{"hard", false}};
  maker.record().data.dropped = {{"overlap", 4}};
  maker.record().ledger.computed = 7;
  maker.record().cells.push_back(maker.cell());
  maker.record().cells[1].status = "failed";
  maker.record().cells[1].error = "diverged";
  const Judgement judgement = judge(maker.record());
  const Json document = run_document(maker.record(), judgement, true);
  EXPECT_EQ(document["schema"], 1);
  const Json& cell = document["cells"][0];
  for (const char* key : {"weak_floor", "weak_to_strong", "strong_ceiling", "gain", "pgr"}) {
    EXPECT_TRUE(cell[key].contains("value")) << key;
    for (const char* metric : {"accuracy", "matched_accuracy", "balanced_accuracy", "auroc"})
      EXPECT_TRUE(cell[metric].contains(key)) << metric;
  }
  EXPECT_EQ(cell["status"], "done");
  EXPECT_FALSE(cell.contains("error"));
  EXPECT_EQ(cell["verdict"], "partial");
  EXPECT_EQ(cell["data"]["dropped"]["overlap"], 4);
  EXPECT_EQ(cell["seeds"], 5);
  EXPECT_TRUE(cell["items"]["imitation"].contains("low"));
  EXPECT_EQ(document["cells"][1]["status"], "failed");
  EXPECT_EQ(document["cells"][1]["error"], "diverged");
  EXPECT_EQ(document["cells"][1]["pgr"]["undefined"], "diverged");
  EXPECT_EQ(document["ledger"]["computed"], 7);
  EXPECT_FALSE(run_document(maker.record(), judgement, false).contains("ledger"));
  EXPECT_THAT(canonical_json(document), ::testing::Not(HasSubstr("null")));
}

TEST(Judge, SmallestRecordsNeverGiveNaN) {
  for (const std::size_t seeds : {1u, 2u, 3u})
    for (const std::size_t items : {1u, 2u, 3u}) {
      RecordMaker maker({.seeds = seeds, .items = items});
      const Judgement judgement = judge(maker.record());
      EXPECT_EQ(judgement.cells[0].verdict, Verdict::underpowered);
      EXPECT_NO_THROW(canonical_json(run_document(maker.record(), judgement, true)));
    }
  RecordMaker empty({.seeds = 3, .items = 0});
  EXPECT_NO_THROW(canonical_json(run_document(empty.record(), judge(empty.record()), true)));
}

TEST(Judge, TimeOfAHundredCellsIsPrinted) {
  RecordMaker maker({.items = 3000});
  maker.add_control("n-gram student", 0.58, false);
  const Cell cell = maker.cell();
  for (int k = 1; k < 100; ++k) {
    Cell next = cell;
    next.id = "cell" + std::to_string(k);
    next.method = "method" + std::to_string(k);
    for (SeedRun& seed : next.seeds) {
      const std::string name = seed.weak_to_strong + "of" + next.id;
      maker.record().series[name] = maker.series(seed.weak_to_strong);
      seed.weak_to_strong = name;
    }
    maker.record().cells.push_back(next);
  }
  const auto begin = std::chrono::steady_clock::now();
  const Judgement judgement = judge(maker.record());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::printf("  100 cells x 5 seeds x 3,000 items judged in %.2f s\n", seconds.count());
  ASSERT_EQ(judgement.cells.size(), 100u);
  for (const CellJudgement& one : judgement.cells) EXPECT_EQ(one.reason, judgement.cells[0].reason);
}

}  // namespace
}  // namespace qinglan
