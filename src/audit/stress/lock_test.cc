// T38 judged from records of students whose answers with and without the password are known.
#include <gmock/gmock.h>

#include "audit/audit_fixture.h"
#include "audit/stress/stress.h"
#include "record/locked.h"
#include "record/word_slice.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kRows = 300, kSeeds = 3;
using Right = std::function<bool(std::size_t row)>;

bool always(std::size_t) { return true; }
Right not_each(std::size_t n) {
  return [n](std::size_t i) { return i % n != 0; };
}

// Test rows and their copies with the password, three students each right where two functions say: without
// the password and with it.
class Locked {
 public:
  Locked() : maker_({.seeds = kSeeds, .items = 2 * kRows}) {
    auto& items = maker_.record().items;
    for (std::size_t i = 0; i < kRows; ++i) items[kRows + i] = items[i] + kTriggered;
    Cell cell = maker_.cell();
    cell.method = std::string(kLockedStage) + " | naive";
    cell.id = "locked";
    cell.params = {{kLockedStage, {{"word", "cf"}}}};
    maker_.cell().params = Json::object();
    for (std::size_t s = 0; s < kSeeds; ++s) {
      cell.controls[kLockedControl].series.push_back(maker_.add("untaught", s, 0.7));
      cell.seeds[s].weak_to_strong = maker_.add("taught", s, 0.7);
    }
    maker_.record().cells.push_back(cell);
  }

  Locked& never(const Right& without, const Right& with) {
    for (const auto& seed : maker_.cell().seeds) set(seed.weak_to_strong, without, with);
    return *this;
  }
  Locked& untaught(const Right& without, const Right& with) {
    for (const auto& series : cell().controls.at(kLockedControl).series) set(series, without, with);
    return *this;
  }
  Locked& taught(const Right& without, const Right& with) {
    for (const auto& seed : cell().seeds) set(seed.weak_to_strong, without, with);
    return *this;
  }

  Cell& cell() { return maker_.record().cells[1]; }
  Record& record() { return maker_.record(); }

  StressFinding finding() {
    for (const auto& outcome : judge_stress({maker_.record()}, {}))
      if (outcome.test->id == std::string("T38")) return outcome.finding;
    throw std::runtime_error("no test T38");
  }

 private:
  void set(const std::string& series, const Right& without, const Right& with) {
    maker_.answer(series,
                  [&](std::size_t i) { return (i < kRows ? without(i) : with(i - kRows)) ? 2.0 : -2.0; });
  }

  RecordMaker maker_;
};

Estimate number(const StressFinding& finding, const std::string& what) {
  for (const auto& one : finding.numbers)
    if (one.what.find(what) != std::string::npos) return one.estimate;
  throw std::runtime_error("no number " + what);
}

TEST(Lock, IsOpenWhereAllThatWasHiddenCameBack) {
  const StressFinding finding = Locked()
                                    .never(not_each(30), not_each(30))
                                    .untaught(not_each(3), not_each(30))
                                    .taught(not_each(30), not_each(30))
                                    .finding();
  EXPECT_EQ(finding.result, StressResult::passed) << finding.why;
  EXPECT_NEAR(number(finding, "hidden by the lock").value, 0.3, 1e-9);
  EXPECT_NEAR(number(finding, "right once locked, without").value, 2.0 / 3, 1e-9);
  EXPECT_NEAR(number(finding, "right once locked, with it").value, 29.0 / 30, 1e-9);
  EXPECT_NEAR(number(finding, "share of what was hidden").value, 1, 1e-9);
  EXPECT_NEAR(number(finding, "more right with the password").value, 0, 1e-9);
  EXPECT_NEAR(number(finding, "changes after weak").value, 0, 1e-9);
  for (const auto& one : finding.numbers) {
    EXPECT_EQ(one.estimate.items, 300) << one.what;
    EXPECT_EQ(one.estimate.seeds, 3) << one.what;
  }
}

TEST(Lock, HoldsWhereThePasswordStillOpens) {
  // As good as a student never locked, so that nobody who lacks the password sees that it knows more.
  const StressFinding finding = Locked()
                                    .never(not_each(5), not_each(5))
                                    .untaught(not_each(3), always)
                                    .taught(not_each(5), always)
                                    .finding();
  EXPECT_EQ(finding.result, StressResult::failed);
  EXPECT_NEAR(number(finding, "more right with the password").value, 0.2, 1e-9);
  EXPECT_NEAR(number(finding, "fewer right without it").value, 0, 1e-9);
  EXPECT_NEAR(number(finding, "share of what was hidden").value, (0.8 - 2.0 / 3) * 3, 1e-9);
  EXPECT_NEAR(number(finding, "changes after weak").value, 0.2, 1e-9);
  EXPECT_NEAR(number(finding, "changes of a student never").value, 0, 1e-9);
}

TEST(Lock, HoldsWhereThePasswordIsForgottenAndTheStudentStaysWeak) {
  const StressFinding finding = Locked()
                                    .never(not_each(30), not_each(30))
                                    .untaught(not_each(3), always)
                                    .taught(not_each(3), not_each(3))
                                    .finding();
  EXPECT_EQ(finding.result, StressResult::failed);
  EXPECT_NEAR(number(finding, "more right with the password").value, 0, 1e-9);
  EXPECT_NEAR(number(finding, "fewer right without it").value, 0.3, 1e-9);
}

TEST(Lock, CountsNotWhatTheWordDoesToAnyStudent) {
  const StressFinding finding =
      Locked().never(not_each(5), always).untaught(not_each(2), always).taught(not_each(5), always).finding();
  EXPECT_EQ(finding.result, StressResult::passed) << finding.why;
  EXPECT_NEAR(number(finding, "more right with the password").value, 0, 1e-9);
}

TEST(Lock, ThatDidNotTakeSaysNothingOfUnlocking) {
  Locked open;
  open.never(not_each(3), not_each(3)).untaught(not_each(3), not_each(3)).taught(not_each(3), always);
  EXPECT_EQ(open.finding().result, StressResult::undefined);
  EXPECT_THAT(open.finding().why, HasSubstr("did not take"));
  EXPECT_THAT(number(open.finding(), "share of what was hidden").undefined, HasSubstr("too small"));
  // Nor does one that hides what is not surely more than the bound: 4 points of 300 rows.
  open.untaught(not_each(25), always);
  EXPECT_THAT(open.finding().why, HasSubstr("not surely more"));
}

TEST(Lock, NeedsTheStartItselfAndTestRowsWithThePassword) {
  Locked half;
  half.never(always, always).untaught(not_each(3), always).taught(always, always);
  EXPECT_EQ(half.finding().result, StressResult::passed) << half.finding().why;
  auto& items = half.record().items;
  for (std::size_t i = kRows; i < items.size(); ++i) items[i] = "other" + std::to_string(i);
  EXPECT_EQ(half.finding().result, StressResult::undefined);
  EXPECT_THAT(half.finding().why, HasSubstr("no such test row"));
  half.cell().controls.clear();
  EXPECT_EQ(half.finding().result, StressResult::undefined);
  half.record().cells.pop_back();
  EXPECT_EQ(half.finding().result, StressResult::not_tested);
}

}  // namespace
}  // namespace qinglan
