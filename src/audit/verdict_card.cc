#include "audit/verdict_card.h"

#include <algorithm>

#include "audit/controls.h"
#include "audit/leaks.h"
#include "audit/words.h"
#include "base/error.h"

namespace qinglan {
namespace {

constexpr double kSurely = 0.05;
// Controls that any cell can be given.
constexpr const char* kKnownControls[] = {kShuffledControl, "n-gram student", "length-only",
                                          "zero-shot",      "random-init",    "weak-twice"};

using Lines = std::vector<std::string>;

struct Case {
  const SeriesScores& scores;
  const Cell& cell;
  const CellJudgement& judged;
  const Evidence& evidence;

  const Record& record() const { return scores.record(); }
  std::string points(double value) const { return difference_in_metric(evidence.metric, value); }
  std::string size(double value) const { return points(value).substr(1); }  // without its sign
};

std::string size_of_run(const Case& c) {
  const Evidence& e = c.evidence;
  return counted(e.seeds, "seed") + " x " + counted(e.items, "test row") +
         (e.columns == e.items ? "" : " in " + counted(e.columns, "group")) +
         "; each interval is of 95% and over both";
}

std::string mcnemar_words(const PairedTests& tests) {
  const auto seeds = static_cast<std::int64_t>(tests.mcnemar.size());
  const auto surely = [&](auto more) {
    return std::count_if(tests.mcnemar.begin(), tests.mcnemar.end(),
                         [&](const SeedTest& one) { return one.p < kSurely && more(one); });
  };
  return "of " + counted(seeds, "seed") + " the student has surely more right answers in " +
         grouped_number(surely([](const SeedTest& one) { return one.first > one.second; })) +
         ", surely fewer in " +
         grouped_number(surely([](const SeedTest& one) { return one.first < one.second; })) +
         " (McNemar, p < .05)";
}

Lines how_sure(const Case& c) {
  Lines lines = {size_of_run(c)};
  const PairedTests& tests = c.judged.gain_tests;
  if (tests.undefined.empty()) {
    lines.push_back(mcnemar_words(tests));
    lines.push_back(tests.decided_at > 0
                        ? "an interval that may be looked at after every test row was off 0 after " +
                              grouped_number(tests.decided_at) + " of them"
                        : "an interval that may be looked at after every test row still holds 0");
  }
  if (c.judged.detectable_gain.defined())
    lines.push_back("a run like this finds a gain of " + c.size(c.judged.detectable_gain.value) +
                    " in 4 of 5 cases");
  return lines;
}

// How far the interval is from the edge that the verdict's rule draws.
std::string nearest_edge(const Case& c) {
  const Evidence& e = c.evidence;
  const std::string anew = "once seeds and test rows are drawn anew";
  switch (c.judged.verdict) {
    case Verdict::recovered:
      return "a recovered share below 80% " + anew + ": its lower end is " + percent(e.pgr.low);
    case Verdict::partial:
      return "no gain " + anew + ": its lower end is " + c.points(e.gain.low);
    case Verdict::gain:
      return "a gain below " + c.size(e.effective_delta()) + " " + anew + ": its lower end is " +
             c.points(e.gain.low);
    case Verdict::no_gain:
      return "a difference of " + c.size(e.effective_delta()) + " or more " + anew +
             ": the interval ends at " + c.points(e.gain.low) + " and " + c.points(e.gain.high);
    case Verdict::harmful:
      return "no loss " + anew + ": the upper end is " + c.points(e.gain.high);
    case Verdict::underpowered:
      return "it decides nothing: a larger run may come out either way";
    case Verdict::ceiling_invalid:
      return "a ceiling of another recipe, surely more than " + c.size(e.gamma) + " above the supervisor";
    case Verdict::control_failed:
      return "a run in which that control does what it must";
    case Verdict::failed:
      break;
  }
  QL_CHECK(false, "a failed cell has no card");
}

bool claims_a_gain(Verdict verdict) {
  return verdict == Verdict::recovered || verdict == Verdict::partial || verdict == Verdict::gain;
}

Lines overturned_by(const Case& c) {
  const Evidence& e = c.evidence;
  Lines lines = {nearest_edge(c)};
  if (c.judged.verdict == Verdict::underpowered && e.over_best_control.defined() &&
      e.over_best_control.low <= 0)
    lines.push_back("a gain must beat the control '" + e.best_control +
                    "' too: the student less that control is " +
                    difference_in_metric(e.metric, e.over_best_control));
  if (!claims_a_gain(c.judged.verdict)) return lines;
  if (e.over_best_control.defined())
    lines.push_back("a control without teaching that comes as far: the best one, " + e.best_control +
                    ", is below the student by " + c.size(e.over_best_control.value) + ", surely by " +
                    c.size(e.over_best_control.low));
  if (const Estimate& matched = c.judged.fives.at("matched_accuracy").gain;
      matched.defined() && matched.low <= 0)
    lines.push_back("a threshold: with the same prior the gain is " +
                    difference_in_metric("accuracy", matched));
  if (const DataFacts& data = c.record().data; data.overlap_allowed && data.overlap > 0)
    lines.push_back("what the spec allows: " + counted(data.overlap, "train row") + " equal to a test text");
  if (const std::int64_t claims = c.record().ledger.claims; claims > 1)
    lines.push_back("choice among runs: this is one of " + grouped_number(claims) +
                    " that claimed something about these test rows, and no interval is wider for it");
  return lines;
}

std::string missing_controls(const Cell& cell) {
  std::string missing;
  for (const char* name : kKnownControls) {
    const auto control = cell.controls.find(name);
    if (control != cell.controls.end() && control->second.undefined.empty()) continue;
    missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  return missing.empty() ? "" : "controls that were not run: " + missing;
}

Lines untested(const Case& c) {
  Lines lines;
  if (const std::string missing = missing_controls(c.cell); !missing.empty()) lines.push_back(missing);
  if (!c.evidence.gap)
    lines.push_back("how much of the gap that is: there is no ceiling");
  else if (!c.evidence.tuned_over_matched)
    lines.push_back("a ceiling of another recipe; a higher one would make the share smaller");
  lines.push_back("another supervisor than " + c.cell.supervisor + ", another student than " +
                  c.cell.student);
  lines.push_back(
      "texts of another kind, labels spoilt on purpose, triggers (qinglan audit SPEC --suite standard)");
  lines.push_back("whether the student saw these test texts before, in its pretraining");
  if (!c.judged.curve.agreement_change.defined())
    lines.push_back("when the supervisor's errors were taken over: " +
                    c.judged.curve.agreement_change.undefined);
  if (!enforced(c.record())) lines.push_back("that students kept to their inputs: declared, not enforced");
  return lines;
}

}  // namespace

VerdictCard verdict_card(const SeriesScores& scores, const Cell& cell, const CellJudgement& judged,
                         const Evidence& evidence) {
  const Case c{scores, cell, judged, evidence};
  return {how_sure(c), overturned_by(c), untested(c)};
}

}  // namespace qinglan
