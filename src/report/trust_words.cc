#include "report/trust_words.h"

#include <algorithm>

#include "report/number.h"

namespace qinglan {
namespace {

constexpr double kLevelOfTests = 0.05;

std::string sureness(const std::string& who, const Certainty& certainty) {
  const Estimate over = measured(certainty.over_confidence);
  if (!over.defined()) return "";
  return who + " is " + estimate_text(over, Unit::points) + " points surer than right";
}

}  // namespace

std::vector<std::string> inheritance_lines(const CellJudgement& judged) {
  const ItemAudit& items = judged.items;
  const Estimate imitation = measured(items.imitation), excess = measured(items.excess_imitation);
  if (!imitation.defined()) return {};
  std::string line = "where the supervisor is wrong: copies it " + estimate_text(imitation) + ", is right " +
                     estimate_text(measured(items.recovery)) + "; where it is right: errs " +
                     estimate_text(measured(items.damage));
  if (excess.defined())
    line += "; copies " + estimate_text(excess, Unit::points) +
            " points more of its errors than ceilings of other seeds make by themselves";
  std::vector<std::string> lines = {line};
  for (const auto& more : learning_lines(judged)) lines.push_back(more);
  return lines;
}

std::vector<std::string> learning_lines(const CellJudgement& judged) {
  const Estimate agreement = measured(judged.curve.agreement_change),
                 accuracy = measured(judged.curve.accuracy_change);
  if (!accuracy.defined()) return {};
  std::string line = "from its first evaluated checkpoint to its last: accuracy " +
                     estimate_text(accuracy, Unit::points) + " points";
  if (agreement.defined())
    line += ", agreement with the supervisor " + estimate_text(agreement, Unit::points) + " points";
  return {line + "; the best checkpoint was " +
          estimate_text(measured(judged.curve.best_less_last), Unit::points) + " points over the last"};
}

std::vector<std::string> calibration_lines(const CellJudgement& judged) {
  const CalibrationAudit& audit = judged.calibration;
  std::vector<std::string> lines;
  std::string line;
  for (const auto& part :
       {sureness("the supervisor", audit.weak_floor), sureness("the student", audit.weak_to_strong),
        sureness("the ceiling", audit.strong_ceiling)})
    if (!part.empty()) line += (line.empty() ? "" : "; ") + part;
  if (!line.empty()) lines.push_back(line);
  const Estimate error = measured(audit.weak_to_strong.calibration_error);
  if (!error.defined()) return lines;
  line = "calibration error of the student (ECE): " + estimate_text(error);
  const Estimate after = measured(audit.scaled.calibration_error);
  if (after.defined() && measured(audit.temperature).defined())
    line += "; a temperature of " + fixed(audit.temperature.value, 2) +
            ", fitted on the truth of the other half of the test rows, would leave " + estimate_text(after);
  lines.push_back(line);
  return lines;
}

std::vector<std::string> use_lines(const CellJudgement& judged) {
  const SelectiveUse& use = judged.use;
  std::vector<std::string> lines;
  std::string line;
  for (const auto& [coverage, accuracy] : use.accuracy_at)
    if (measured(accuracy).defined())
      line += (line.empty() ? "right among the surest " : ", ") + coverage + ": " + estimate_text(accuracy);
  if (!line.empty()) lines.push_back(line);
  const Estimate answered = measured(use.answered);
  if (!answered.defined()) {
    if (!use.answered.undefined.empty() && !line.empty()) lines.push_back(use.answered.undefined);
    return lines;
  }
  lines.push_back("answers " + estimate_text(answered) + " of the rows, " +
                  estimate_text(measured(use.wrong)) + " of them wrongly, and sends " +
                  percent(1 - answered.value) + " to a person: confidence thresholds chosen on " +
                  counted(use.gold, "gold row") + " to keep wrong answers below " + percent(use.risk) + " (" +
                  percent(1 - use.doubt) + " sure for each seed), measured on the other test rows");
  return lines;
}

std::vector<std::string> power_lines(const CellJudgement& judged) {
  const Estimate noise = measured(judged.seed_noise), least = measured(judged.detectable_gain);
  const Unit unit = difference_unit_of(judged.metric);
  std::vector<std::string> lines;
  std::string line;
  if (noise.defined())
    line = "another seed alone moves the student by " + estimate_text(noise, unit) + " (standard deviation)";
  if (least.defined())
    line += std::string(line.empty() ? "" : "; ") + "a gain of " + value_text(least, unit) +
            " would be found in 4 of 5 such runs";
  if (!line.empty()) lines.push_back(line);
  const PairedTests& tests = judged.gain_tests;
  if (!tests.undefined.empty() || tests.mcnemar.empty()) return lines;
  const auto sure = std::count_if(tests.mcnemar.begin(), tests.mcnemar.end(),
                                  [](const SeedTest& one) { return one.p < kLevelOfTests; });
  line = "student against supervisor, in right answers: McNemar's exact test below 0.05 in " +
         grouped_number(sure) + " of " + counted(std::ssize(tests.mcnemar), "seed") +
         "; paired permutation p " + p_text(tests.p_permutation) + " for these seeds";
  const Estimate always = measured(tests.sequential);
  if (always.defined())
    line += "; anytime-valid interval [" + points(always.low) + ", " + points(always.high) + "] points, " +
            (tests.decided_at > 0 ? "off 0 after " + grouped_number(tests.decided_at) + " of " +
                                        grouped_number(always.items) + " rows or groups"
                                  : "never off 0");
  lines.push_back(line);
  return lines;
}

std::vector<std::string> forecast_lines(const CellJudgement& judged) {
  const ForecastAudit& audit = judged.forecast;
  std::vector<std::string> lines;
  const std::pair<const char*, const Foretold*> both[] = {{"Brier score gained", &audit.squared},
                                                          {"loss saved, nats", &audit.bregman}};
  for (const auto& [what, foretold] : both) {
    const Estimate misfit = measured(foretold->misfit);
    if (!misfit.defined()) continue;
    lines.push_back(std::string(what) + ": misfit foretold at least " + estimate_text(misfit, Unit::ratio) +
                    ", it was " + estimate_text(measured(foretold->gain), Unit::ratio_difference) +
                    (foretold->held ? ": held, not surely less" : ": did not hold, surely less"));
  }
  if (lines.empty()) return lines;
  lines.push_back(audit.unsealed.empty() ? "sealed before the test rows' truth was opened for scoring"
                                         : "no forecast in earnest: " + audit.unsealed);
  for (const auto& one : audit.preconditions) lines.push_back("asks for " + one);
  const Estimate weak = measured(audit.weak_seed_agreement);
  if (weak.defined())
    lines.push_back("two seeds agree on " + estimate_text(weak) + " of the supervisor's answers and on " +
                    estimate_text(measured(audit.student_seed_agreement)) + " of the student's");
  return lines;
}

std::vector<std::string> slice_lines(const CellJudgement& judged) {
  std::vector<std::string> lines;
  for (const SliceReading& one : judged.slices) {
    if (!measured(one.gain).defined() || one.p_holm > kLevelOfTests) continue;
    lines.push_back(one.by + " = " + one.value + " (" + counted(one.items, "row") + "): gain " +
                    estimate_text(one.gain, Unit::points) + " points, p " + p_text(one.p_holm) + " (Holm)");
  }
  const auto count = std::ssize(judged.slices);
  if (count > 0)
    lines.push_back(counted(static_cast<std::int64_t>(lines.size()), "slice") + " of " +
                    grouped_number(count) + " with a gain or loss off 0 when all are judged together");
  return lines;
}

}  // namespace qinglan
