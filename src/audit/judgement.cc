#include "audit/judgement.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "audit/calibration_audit.h"
#include "audit/cell_scores.h"
#include "audit/chain.h"
#include "audit/comparison.h"
#include "audit/controls.h"
#include "audit/curve_audit.h"
#include "audit/forecast_audit.h"
#include "audit/headline.h"
#include "audit/item_audit.h"
#include "audit/leaks.h"
#include "audit/notes.h"
#include "audit/paired_tests.h"
#include "audit/selective_use.h"
#include "audit/shift.h"
#include "audit/slices.h"
#include "audit/verdict.h"
#include "audit/verdict_card.h"
#include "base/error.h"
#include "metrics/noise.h"

namespace qinglan {
namespace {

// Why a cell has no result at all; empty when it has.
std::string failure_of(const SeriesScores& scores, const Cell& cell) {
  if (cell.status == "failed") return cell.error.empty() ? "the cell failed" : cell.error;
  if (cell.seeds.empty()) return "no seed was run";
  for (const SeedRun& seed : cell.seeds)
    for (const std::string& name : {seed.weak_floor, seed.weak_to_strong}) {
      const std::string what = name == seed.weak_floor ? "weak floor" : "weak-to-strong student";
      if (name.empty()) return "seed " + std::to_string(seed.seed) + " has no " + what;
      const Series& series = scores.series(name);
      // Weak labels of the train rows alone teach; then the floor is undefined, the student is not.
      const bool no_floor = name == seed.weak_floor && series.status == "undefined";
      if (series.status != "done" && !no_floor)
        return "the " + what + " of seed " + std::to_string(seed.seed) + " is " + series.status +
               (series.why.empty() ? "" : ": " + series.why);
    }
  return "";
}

std::optional<CrossedParts> parts_of(const Scored& scored) {
  if (!scored.defined() || !no_interval(scored.matrix).empty()) return std::nullopt;
  return crossed_parts(scored.matrix, scored.matrix);
}

void add_ceiling(const SeriesScores& scores, const Cell& cell, const CellScores& on_metric,
                 Evidence& evidence) {
  const Scored gap = on_metric.gap();
  evidence.gap = scores.interval(gap);
  evidence.gap_parts = parts_of(gap);
  const std::vector<double> means = on_metric.ceiling.matrix.seed_means();
  for (std::size_t s = 0; s < cell.seeds.size(); ++s) {
    const Series& series = scores.series(cell.seeds[s].strong_ceiling);
    evidence.ceilings.push_back({means[s], series.final_train_loss, series.label_entropy});
  }
}

// A ceiling is there when every seed's is; a metric that no series has is no reason to call it missing.
bool has_ceiling(const SeriesScores& scores, const Cell& cell) {
  return std::all_of(cell.seeds.begin(), cell.seeds.end(), [&](const SeedRun& seed) {
    return !seed.strong_ceiling.empty() && scores.series(seed.strong_ceiling).status == "done";
  });
}

Evidence evidence_of(SeriesScores& scores, const Cell& cell, const CellScores& on_metric, const Five& five,
                     const std::map<std::string, ControlReading>& controls) {
  const Record& record = scores.record();
  Evidence evidence;
  evidence.metric = record.claim.metric;
  evidence.seeds = static_cast<std::int64_t>(cell.seeds.size());
  evidence.items = static_cast<std::int64_t>(record.items.size());
  evidence.columns = static_cast<std::int64_t>(scores.groups().columns());
  evidence.delta = record.claim.delta;
  evidence.gamma = record.claim.gamma;
  evidence.chance = scores.chance(record.claim.metric);
  evidence.leaks = leaks_of(scores, cell);
  if (const auto shuffled = controls.find(kShuffledControl); shuffled != controls.end())
    evidence.shuffled = shuffled->second.score;
  if (const auto* best = best_no_teaching(controls)) {
    evidence.best_control = best->first;
    evidence.over_best_control = best->second.student_over;
  }
  evidence.gain = five.gain;
  evidence.pgr = five.pgr;
  evidence.gain_parts = parts_of(on_metric.gain());
  if (has_ceiling(scores, cell) && on_metric.ceiling.defined()) {
    add_ceiling(scores, cell, on_metric, evidence);
    if (const auto tuned = controls.find(kTunedCeilingControl); tuned != controls.end())
      evidence.tuned_over_matched = scores.interval(difference(tuned->second.scores, on_metric.ceiling));
  }
  return evidence;
}

void judge_failed(const Claim& claim, const std::string& why, CellJudgement& judged) {
  for (const char* metric : kMetrics) judged.fives[metric] = no_five(why);
  judged.gap = judged.supervisor_shift = Estimate::no(why);
  judged.items = no_item_audit(why);
  judged.seed_noise = judged.detectable_gain = Estimate::no(why);
  judged.gain_tests = no_tests(why);
  judged.curve = no_curve(why);
  judged.calibration = no_calibration(why);
  judged.use = no_use(claim, why);
  judged.forecast = no_forecast(why);
  judged.no_slices = why;
  judged.verdict = Verdict::failed;
  judged.reason = why;
}

// What the verdict does not ask for.
void audit_cell(SeriesScores& scores, const Cell& cell, const CellScores& declared, CellJudgement& judged) {
  judged.seed_noise = declared.student.defined()
                          ? scores.with_items(seed_deviation(declared.student.matrix.seed_means()))
                          : Estimate::no(declared.student.undefined);
  const Scored gain = declared.gain();
  judged.detectable_gain =
      gain.defined() ? scores.with_items(minimum_detectable(gain.matrix)) : Estimate::no(gain.undefined);
  judged.gain_tests = paired_tests(scores, cell, role_names(cell, &SeedRun::weak_to_strong),
                                   role_names(cell, &SeedRun::weak_floor));
  judged.chain = chain_steps(scores, cell, judged.metric);
  judged.items = audit_items(scores, cell);
  judged.curve = audit_curve(scores, cell);
  judged.calibration = audit_calibration(scores, cell);
  judged.use = audit_use(scores, cell);
  judged.forecast = audit_forecast(scores, cell);
  judged.slices = audit_slices(scores, cell, judged.no_slices);
}

void judge_done(SeriesScores& scores, const Cell& cell, Depth depth, CellJudgement& judged) {
  CellScores declared;
  for (const char* metric : kMetrics) {
    if (depth == Depth::verdict && metric != judged.metric) continue;
    CellScores on_metric = cell_scores(scores, cell, metric);
    judged.fives[metric] = five_of(scores, on_metric);
    if (metric == judged.metric) declared = std::move(on_metric);
  }
  const auto controls = read_controls(scores, cell, judged.metric, declared.student);
  for (const auto& [name, reading] : controls) judged.controls[name] = reading.score;
  judged.gap = scores.interval(declared.gap());
  judged.supervisor_shift = supervisor_shift(scores, cell);
  judged.supervisor_shifted = is_shifted(judged.supervisor_shift);
  const Evidence evidence = evidence_of(scores, cell, declared, judged.fives[judged.metric], controls);
  const Decision decision = decide(evidence);
  judged.verdict = decision.verdict;
  judged.reason = decision.reason;
  judged.seeds_needed = decision.seeds_needed;
  judged.items_needed = decision.items_needed;
  if (depth == Depth::verdict) return;
  audit_cell(scores, cell, declared, judged);
  judged.card = verdict_card(scores, cell, judged, evidence);
  judged.notes = cell_notes(scores, cell, judged);
}

CellJudgement judge_cell(SeriesScores& scores, const Cell& cell, Depth depth) {
  CellJudgement judged;
  judged.id = cell.id;
  judged.metric = scores.record().claim.metric;
  if (const std::string why = failure_of(scores, cell); !why.empty())
    judge_failed(scores.record().claim, why, judged);
  else
    judge_done(scores, cell, depth, judged);
  judged.headline = headline_of(cell, judged);
  if (depth == Depth::whole) judged.against_naive = compare_with_naive(scores, cell);
  return judged;
}

// Cells are judged side by side: each thread takes the next one, with scores of its own.
std::vector<CellJudgement> judge_cells(const Record& record, SeriesScores& scores, Depth depth) {
  const std::size_t cells = record.cells.size();
  std::vector<CellJudgement> judged(cells);
  std::vector<std::exception_ptr> errors(cells);
  std::atomic<std::size_t> next = 0;
  const auto work = [&](SeriesScores& own) {
    for (std::size_t i; (i = next++) < cells;) {
      try {
        judged[i] = judge_cell(own, record.cells[i], depth);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t helpers = std::min<std::size_t>(cells, std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < helpers; ++i)
      threads.emplace_back([&] {
        SeriesScores own(record);
        work(own);
      });
    work(scores);
  }
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
  return judged;
}

}  // namespace

bool Judgement::refuses() const {
  return std::any_of(cells.begin(), cells.end(),
                     [](const CellJudgement& cell) { return qinglan::refuses(cell.verdict); });
}

Judgement judge(const Record& record, Depth depth) {
  const std::string& metric = record.claim.metric;
  if (metric != "accuracy" && metric != "balanced_accuracy" && metric != "auroc")
    throw Error(ErrorKind::corrupt_data, "the claim's metric is unknown")
        .in("record '" + record.name + "'")
        .expected("accuracy, balanced_accuracy or auroc")
        .found("'" + metric + "'");
  SeriesScores scores(record);
  Judgement judgement{.cells = judge_cells(record, scores, depth)};
  if (depth == Depth::verdict) return judgement;
  std::vector<Comparison*> comparisons;
  for (CellJudgement& cell : judgement.cells) comparisons.push_back(&cell.against_naive);
  adjust_for_all(comparisons);
  judgement.notes = run_notes(scores);
  return judgement;
}

}  // namespace qinglan
