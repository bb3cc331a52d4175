// Calibration, selective use and slices of whole records.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/audit_fixture.h"
#include "audit/forecast_history.h"
#include "audit/judgement.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

const SliceReading& slice(const CellJudgement& cell, const std::string& by, const std::string& value) {
  for (const SliceReading& one : cell.slices)
    if (one.by == by && one.value == value) return one;
  ADD_FAILURE() << "no slice " << by << " = " << value;
  return cell.slices.front();
}

TEST(CalibrationAudit, OverConfidenceIsMeanConfidenceLessAccuracy) {
  RecordMaker maker({.seeds = 2, .items = 400});
  // Right on three of four items, at a probability of .9 everywhere.
  const double margin = std::log(9.0);
  for (const char* seed : {"0", "1"})
    maker.answer(std::string("weak_to_strong") + seed,
                 [&](std::size_t i) { return i % 4 == 0 ? -margin : margin; });
  const CalibrationAudit audit = judged(maker).calibration;
  EXPECT_NEAR(audit.weak_to_strong.over_confidence.value, 0.9 - 0.75, 1e-6);
  EXPECT_NEAR(audit.weak_to_strong.calibration_error.value, 0.15, 1e-6);
  EXPECT_NEAR(audit.weak_to_strong.brier.value, 2 * (0.75 * 0.01 + 0.25 * 0.81), 1e-6);
  EXPECT_NEAR(audit.weak_to_strong.nll.value, -0.75 * std::log(0.9) - 0.25 * std::log(0.1), 1e-6);
  // At temperature log 9 / log 3 the probability is .75; halves differ by the draw.
  EXPECT_NEAR(audit.temperature.value, 2, 0.3);
  EXPECT_LT(audit.scaled.calibration_error.value, 0.06);
  EXPECT_LT(audit.scaled.nll.value, audit.weak_to_strong.nll.value);
  EXPECT_EQ(audit.temperature.items, 400);
}

TEST(CalibrationAudit, OfFewRowsFitsNoTemperature) {
  RecordMaker few({.seeds = 2, .items = 19});
  EXPECT_THAT(judged(few).calibration.temperature.undefined, HasSubstr("fewer than 20"));
  RecordMaker one({.seeds = 1});
  EXPECT_THAT(judged(one).calibration.temperature.undefined, HasSubstr("one seed"));
}

TEST(CalibrationAudit, WithoutACeilingItSaysSo) {
  RecordMaker maker({.ceiling = -1});
  EXPECT_EQ(judged(maker).calibration.strong_ceiling.nll.undefined, "no ceiling");
}

TEST(SelectiveUse, AnswersWhatItIsSureOfAndSendsTheRestToAPerson) {
  RecordMaker maker({.seeds = 3, .items = 1000});
  // Sure and right on four of five rows; a coin on the rest, and less sure of it.
  for (const char* seed : {"0", "1", "2"})
    maker.answer(std::string("weak_to_strong") + seed, [](std::size_t i) {
      const double size = static_cast<double>(1 + i % 7);
      return i % 5 != 0 ? 3 + size : (i % 10 == 0 ? -size : size) / 10;
    });
  const SelectiveUse use = judged(maker).use;
  EXPECT_EQ(use.gold, 200);
  EXPECT_EQ(use.answered.items, 800);
  EXPECT_NEAR(use.answered.value, 0.85, 0.08);
  EXPECT_LE(use.wrong.value, 0.1);
  EXPECT_NEAR(use.accuracy_at.at("80%").value, 1, 1e-9);
  EXPECT_LT(use.accuracy_at.at("90%").value, 1);
  EXPECT_LT(use.aurc.value, 0.1);
}

TEST(SelectiveUse, NothingIsAnsweredByAStudentThatKnowsNothing) {
  RecordMaker maker({.student = 0.5});
  const SelectiveUse use = judged(maker).use;
  EXPECT_THAT(use.answered.undefined, HasSubstr("200 gold rows no threshold"));
  maker.record().claim.gold = 0;
  EXPECT_THAT(judged(maker).use.answered.undefined, HasSubstr("sets no gold rows apart"));
}

// The promise itself: over many draws of data, more than `risk` is wrong among the answers in at most `doubt`
// of them.
TEST(SelectiveUse, KeepsItsPromise) {
  int broken = 0, certified = 0;
  const int draws = 200;
  for (int k = 0; k < draws; ++k) {
    RecordMaker maker(
        {.seeds = 2, .items = 2200, .student = 0.85, .stream = 7000 + static_cast<std::uint64_t>(k)});
    const SelectiveUse use = judged(maker).use;
    if (!use.wrong.defined()) continue;
    ++certified;
    broken += use.wrong.value > use.risk + 0.01;  // measured on 2,000 rows: sd .007
  }
  std::printf("  certified in %d of %d, broken in %d\n", certified, draws, broken);
  EXPECT_GT(certified, draws / 2);
  EXPECT_LE(broken, draws / 10);
}

TEST(Slices, AreReadByClassAndByWhatTheRecordNames) {
  RecordMaker maker({.seeds = 3, .items = 600});
  Slicing parts{{"even", "odd", "rare"}, {}};
  for (std::size_t i = 0; i < 600; ++i) parts.of.push_back(i < 10 ? 2 : static_cast<std::int32_t>(i / 2 % 2));
  maker.record().slices["part"] = parts;
  for (int s = 0; s < 3; ++s) {  // the student mends the even part and copies the odd one
    const std::string seed = std::to_string(s);
    maker.answer("weak_floor" + seed, [](std::size_t i) { return i % 3 == 0 ? -1 : 1; });
    maker.answer("weak_to_strong" + seed,
                 [](std::size_t i) { return i % 3 == 0 && i / 2 % 2 == 1 ? -1 : 1; });
  }
  const CellJudgement cell = judged(maker);
  ASSERT_EQ(cell.slices.size(), 4u) << "10 rows are too few for a slice";
  EXPECT_NEAR(slice(cell, "part", "even").gain.value, 1 / 3.0, 0.02);
  EXPECT_LT(slice(cell, "part", "even").p_holm, 0.001);
  EXPECT_NEAR(slice(cell, "part", "odd").gain.value, 0, 1e-12);
  EXPECT_EQ(slice(cell, "part", "odd").p_holm, 1);
  EXPECT_NEAR(slice(cell, "part", "odd").imitation.value, 1, 1e-12);
  EXPECT_NEAR(slice(cell, "part", "even").imitation.value, 0, 1e-12);
  EXPECT_EQ(slice(cell, "true class", "no").items, 300);
  EXPECT_TRUE(slice(cell, "true class", "no").pgr.defined());
  EXPECT_GE(slice(cell, "part", "even").p_bh, slice(cell, "part", "even").p);
}

TEST(Slices, OfTooFewRowsAreUndefined) {
  RecordMaker maker({.seeds = 3, .items = 3});
  const CellJudgement cell = judged(maker);
  EXPECT_TRUE(cell.slices.empty());
  EXPECT_THAT(cell.no_slices, HasSubstr("20 test rows"));
}

TEST(ItemAudit, ConfidentErrorsByHand) {
  RecordMaker maker({.seeds = 2, .items = 200});
  for (const char* name : {"0", "1"}) {  // margins of 4 are sure (.982), of 1 fairly (.731)
    maker.answer(std::string("weak_floor") + name, [](std::size_t i) {
      return i % 4 == 0 ? -4 : i % 4 == 1 ? -1 : 4;
    });
    maker.answer(std::string("weak_to_strong") + name, [](std::size_t i) {
      return i % 8 == 0 ? -4 : i % 8 == 2 ? -1 : 4;
    });
  }
  const ItemAudit audit = judged(maker).items;
  // Sure students: 7 of 8 rows; of these one (i % 8 == 4) differs from a sure supervisor.
  EXPECT_NEAR(audit.confident_disagreement.value, 1.0 / 7, 1e-12);
  // Wrong and fairly sure: i % 8 in {0, 2}; the first of them as a supervisor says who is sure.
  EXPECT_NEAR(audit.confident_agreement_wrong.value, 0.5, 1e-12);
}

TEST(CurveAudit, ReadsChangesFromTheFirstCheckpointToTheLast) {
  RecordMaker maker({.seeds = 2});
  EXPECT_THAT(judged(maker).curve.accuracy_change.undefined, HasSubstr("fewer than two checkpoints"));
  for (int s = 0; s < 2; ++s)
    for (int epoch = 0; epoch < 3; ++epoch) {
      CurvePoint point{.step = 10 * epoch, .epoch = 1.0 * epoch, .train_loss = 0.5};
      point.test_accuracy = std::vector{0.70, 0.78, 0.74}[static_cast<std::size_t>(epoch)] + 0.02 * s;
      point.agreement = 0.60 + 0.1 * epoch;
      maker.series("weak_to_strong" + std::to_string(s)).curve.push_back(point);
    }
  const CurveAudit curve = judged(maker).curve;
  EXPECT_NEAR(curve.accuracy_change.value, 0.04, 1e-12);
  EXPECT_NEAR(curve.best_less_last.value, 0.04, 1e-12);
  EXPECT_NEAR(curve.agreement_change.value, 0.2, 1e-12);
  EXPECT_EQ(curve.agreement_change.seeds, 2);
}

TEST(PairedTests, CountWhatOneModelAloneGotRight) {
  RecordMaker maker({.seeds = 2, .items = 400});
  for (const char* seed : {"0", "1"}) {
    maker.answer(std::string("weak_floor") + seed,
                 [](std::size_t i) { return i % 4 == 0 || i % 10 == 1 ? -1 : 1; });
    maker.answer(std::string("weak_to_strong") + seed, [](std::size_t i) { return i % 10 == 3 ? -1 : 1; });
  }
  const PairedTests tests = judged(maker).gain_tests;
  ASSERT_EQ(tests.mcnemar.size(), 2u);
  EXPECT_EQ(tests.mcnemar[0].first, 100 + 40);
  EXPECT_EQ(tests.mcnemar[0].second, 40);
  EXPECT_LT(tests.mcnemar[0].p, 1e-6);
  EXPECT_LE(tests.p_permutation, 0.001);
  EXPECT_NEAR(tests.sequential.value, 0.25, 1e-12);
  EXPECT_GT(tests.sequential.low, 0);
  EXPECT_GT(tests.decided_at, 20);
  EXPECT_LT(tests.decided_at, 400);
}

TEST(PairedTests, AnAbstentionIsAheadOfAWrongAnswerAndBehindARightOne) {
  RecordMaker maker({.seeds = 2, .items = 400});
  for (const char* seed : {"0", "1"}) {
    maker.answer(std::string("weak_floor") + seed, [](std::size_t i) { return i % 2 == 0 ? 0 : 1; });
    auto& abstained = maker.series(std::string("weak_floor") + seed).abstained;
    abstained.resize(400);
    for (std::size_t i = 0; i < 400; i += 2) abstained[i] = 1;
    maker.answer(std::string("weak_to_strong") + seed, [](std::size_t i) { return i % 4 == 2 ? -1 : 1; });
  }
  const PairedTests tests = judged(maker).gain_tests;
  EXPECT_EQ(tests.mcnemar[0].first, 100);
  EXPECT_EQ(tests.mcnemar[0].second, 100);
  EXPECT_NEAR(tests.sequential.value, 0, 1e-12);
}

TEST(PairedTests, OfTiesFindNothing) {
  RecordMaker maker({.seeds = 2, .items = 3});
  for (const char* seed : {"0", "1"})
    for (const char* model : {"weak_floor", "weak_to_strong"})
      maker.answer(std::string(model) + seed, [](std::size_t) { return 1; });
  const PairedTests tests = judged(maker).gain_tests;
  EXPECT_EQ(tests.p_permutation, 1);
  EXPECT_EQ(tests.mcnemar[0].p, 1);
  EXPECT_EQ(tests.decided_at, 0);
}

TEST(Comparison, ThePrimaryCellStandsByItself) {
  RecordMaker maker({.seeds = 5, .items = 400});
  for (const char* name : {"logconf", "other"}) {
    Cell cell = maker.cell();
    cell.id = cell.method = name;
    for (std::size_t s = 0; s < 5; ++s) cell.seeds[s].weak_to_strong = maker.add(name, s, 0.78);
    maker.record().cells.push_back(cell);
  }
  const auto without = judge(maker.record()).cells;
  EXPECT_EQ(without[1].against_naive.family, 2);
  EXPECT_GE(without[1].against_naive.p_bh, without[1].against_naive.p);
  maker.record().claim.primary = "other";
  const auto with = judge(maker.record()).cells;
  EXPECT_TRUE(with[2].against_naive.primary);
  EXPECT_EQ(with[2].against_naive.p_holm, with[2].against_naive.p);
  EXPECT_EQ(with[1].against_naive.family, 1);
  EXPECT_EQ(with[1].against_naive.p_holm, with[1].against_naive.p);
}

TEST(ForecastAudit, HoldsWhereTheStudentIsItsSupervisorsProjection) {
  RecordMaker maker({.seeds = 2, .items = 400});
  // The supervisor is at .8 or .2 whatever is true; the student's .5 is the mean of its labels, and the truth
  // is half and half: Brier falls by exactly the misfit.
  for (const char* seed : {"0", "1"}) {
    maker.answer(std::string("weak_floor") + seed,
                 [](std::size_t i) { return i / 2 % 2 ? std::log(4.0) : -std::log(4.0); });
    maker.answer(std::string("weak_to_strong") + seed, [](std::size_t) { return 0; });
  }
  const ForecastAudit audit = judged(maker).forecast;
  EXPECT_NEAR(audit.squared.misfit.value, 2 * 0.09, 1e-6);
  EXPECT_NEAR(audit.squared.surplus.value, 0, 1e-6);
  EXPECT_TRUE(audit.squared.held);
  EXPECT_NEAR(audit.weak_seed_agreement.value, 1, 1e-12);
  EXPECT_NEAR(audit.weak_variance.value, 0, 1e-12);
  EXPECT_THAT(audit.unsealed, HasSubstr("not sealed"));
}

// Seals what misfit foretells of a record of two seeds and 50 rows: the misfit of each seed alone.
void seal(RecordMaker& maker) {
  Forecast& sealed = maker.record().forecast;
  for (std::uint64_t s = 0; s < 2; ++s) {
    RecordMaker one({.seeds = 2, .items = 50});
    one.record().cells[0].seeds = {one.record().cells[0].seeds[s], one.record().cells[0].seeds[s]};
    one.record().cells[0].seeds[1].seed = 9;
    const ForecastAudit alone = judged(one).forecast;
    sealed.cells["cell"].push_back({s, alone.squared.misfit.value, alone.bregman.misfit.value});
  }
  sealed.digest = digest_of(sealed);
}

TEST(ForecastAudit, IsInEarnestOnlyWhereSealedAndUnchanged) {
  RecordMaker maker({.seeds = 2, .items = 50});
  const ForecastAudit before = judged(maker).forecast;
  seal(maker);
  Forecast& sealed = maker.record().forecast;
  EXPECT_EQ(judged(maker).forecast.unsealed, "");
  EXPECT_NEAR(before.squared.misfit.value,
              (sealed.cells["cell"][0].squared + sealed.cells["cell"][1].squared) / 2, 1e-9);
  sealed.cells["cell"][1].squared += 0.01;
  EXPECT_THAT(judged(maker).forecast.unsealed, HasSubstr("digest"));
  sealed.digest = digest_of(sealed);
  EXPECT_THAT(judged(maker).forecast.unsealed, HasSubstr("differs"));
}

TEST(ForecastHistory, CountsEachSealedStudentOnce) {
  ForecastHistory history;
  EXPECT_TRUE(history_document(history)["squared"]["held"].contains("undefined"));
  RecordMaker maker({.seeds = 2, .items = 50});
  history.add(maker.record());
  EXPECT_EQ(history.cells(), 0);
  EXPECT_EQ(history.unsealed(), 1);
  seal(maker);
  history.add(maker.record());
  history.add(maker.record());
  EXPECT_EQ(history.runs(), 3);
  EXPECT_EQ(history.cells(), 1);
  EXPECT_EQ(history.data_sets(), 1);
  const ForecastAudit audit = judged(maker).forecast;
  EXPECT_EQ(history.squared().held, audit.squared.held);
  EXPECT_EQ(history.bregman().at_least, audit.bregman.surplus.value >= 0);
  const Json held = history_document(history)["squared"]["held"];
  EXPECT_EQ(held["cells"], 1);
  EXPECT_EQ(held["value"], audit.squared.held ? 1.0 : 0.0);
}

// Written before records held slices, forecasts and the newer parts of a claim.
TEST(Judge, AnOlderRecordIsReadAndJudged) {
  const Record record = read_record(std::string(QL_SOURCE_DIR) + "/tests/golden/records/older.json");
  const Judgement judgement = judge(record);
  const CellJudgement& cell = judgement.cells[0];
  EXPECT_EQ(cell.verdict, Verdict::control_failed);
  EXPECT_TRUE(cell.calibration.weak_to_strong.nll.defined());
  EXPECT_TRUE(cell.calibration.temperature.defined());
  EXPECT_EQ(cell.use.gold, 30) << "half of its 60 test rows";
  ASSERT_EQ(cell.slices.size(), 2u) << "its two classes";
  EXPECT_EQ(cell.slices[0].by, "true class");
  EXPECT_THAT(cell.forecast.unsealed, HasSubstr("not sealed"));
  EXPECT_NO_THROW(canonical_json(run_document(record, judgement, true)));
  const Json again = to_json(record);
  for (const char* newer : {"slices", "forecast"}) EXPECT_FALSE(again.contains(newer));
  EXPECT_FALSE(again["claim"].contains("gold"));
}

TEST(Judge, OneClassAndThousandsOfClassesAreReadWithoutNaN) {
  RecordMaker one({.seeds = 3, .items = 60});
  one.record().truth.assign(60, 1);
  EXPECT_NO_THROW(canonical_json(run_document(one.record(), judge(one.record()), true)));
  RecordMaker many({.seeds = 2, .items = 40});
  Record& record = many.record();
  const std::size_t classes = 3000;
  record.data.classes.clear();
  record.data.train_share.clear();
  for (std::size_t c = 0; c < classes; ++c) record.data.classes.push_back("class" + std::to_string(c));
  for (std::size_t i = 0; i < 40; ++i) record.truth[i] = static_cast<std::int32_t>(70 * i);
  for (auto& [name, series] : record.series) {
    series.matched_bias.clear();
    series.logits.assign(40 * classes, 0);
    for (std::size_t i = 0; i < 40; ++i) series.logits[i * classes + 70 * i] = i % 3 ? 9.0f : -1.0f;
  }
  const Judgement judgement = judge(record);
  EXPECT_THAT(judgement.cells[0].no_slices, HasSubstr("20 test rows"));
  EXPECT_TRUE(judgement.cells[0].calibration.weak_to_strong.calibration_error.defined());
  EXPECT_NO_THROW(canonical_json(run_document(record, judgement, true)));
}

TEST(Judge, IntervalsOfSharesStayWithinTheirRange) {
  int shares = 0;
  for (const std::uint64_t stream : {1u, 2u, 3u, 4u}) {
    RecordMaker maker({.seeds = 2, .items = 20, .weak = 0.8, .student = 0.95, .stream = stream});
    const CellJudgement cell = judge(maker.record()).cells[0];
    for (const Estimate& share :
         {cell.fives.at("accuracy").weak_to_strong, cell.items.agreement, cell.items.imitation})
      if (share.defined()) {
        ++shares;
        EXPECT_GE(share.low, 0);
        EXPECT_LE(share.high, 1);
      }
  }
  EXPECT_GE(shares, 8);
}

TEST(Judge, DepthOfAVerdictGivesTheSameVerdict) {
  for (const double student : {0.62, 0.7, 0.84}) {
    RecordMaker maker({.student = student});
    const CellJudgement whole = judged(maker), quick = judge(maker.record(), Depth::verdict).cells[0];
    EXPECT_EQ(whole.verdict, quick.verdict);
    EXPECT_EQ(whole.reason, quick.reason);
  }
}

}  // namespace
}  // namespace qinglan
