#include "audit/forecast_history.h"

#include <algorithm>
#include <set>

#include "audit/cell_scores.h"
#include "audit/forecast_audit.h"
#include "audit/series_scores.h"
#include "metrics/binomial.h"

namespace qinglan {
namespace {

bool is_done(const SeriesScores& scores, const Cell& cell) {
  if (cell.status == "failed" || cell.seeds.empty()) return false;
  return std::all_of(cell.seeds.begin(), cell.seeds.end(), [&](const SeedRun& seed) {
    return !seed.weak_floor.empty() && !seed.weak_to_strong.empty() &&
           scores.series(seed.weak_floor).status == "done" &&
           scores.series(seed.weak_to_strong).status == "done";
  });
}

bool at_least(const Foretold& foretold) { return foretold.surplus.defined() && foretold.surplus.value >= 0; }

Json share(std::int64_t count, std::int64_t cells) {
  if (cells == 0) return {{"undefined", "no cell's gain was foretold and sealed"}};
  const Bounds bounds = binomial_bounds(count, cells);
  return {{"value", static_cast<double>(count) / static_cast<double>(cells)},
          {"low", bounds.low},
          {"high", bounds.high},
          {"cells", cells}};
}

Json to_json(const Coverage& coverage, std::int64_t cells) {
  return {{"held", share(coverage.held, cells)}, {"at_least", share(coverage.at_least, cells)}};
}

}  // namespace

void ForecastHistory::add(const Record& record) {
  ++runs_;
  const SeriesScores scores(record);
  for (const Cell& cell : record.cells) {
    if (!is_done(scores, cell)) continue;
    const ForecastAudit audit = audit_forecast(scores, cell);
    if (!audit.unsealed.empty() || !audit.squared.surplus.defined()) {
      ++unsealed_;
      continue;
    }
    Outcome& outcome = sealed_[cell.seeds.front().weak_to_strong];
    if (outcome.seeds >= cell.seeds.size()) continue;
    outcome = {cell.seeds.size(),  record.data.name,        audit.squared.held,
               audit.bregman.held, at_least(audit.squared), at_least(audit.bregman)};
  }
}

std::int64_t ForecastHistory::data_sets() const {
  std::set<std::string> names;
  for (const auto& [student, outcome] : sealed_) names.insert(outcome.data);
  return static_cast<std::int64_t>(names.size());
}

Coverage ForecastHistory::squared() const {
  Coverage coverage;
  for (const auto& [student, outcome] : sealed_)
    coverage.held += outcome.squared_held, coverage.at_least += outcome.squared_at_least;
  return coverage;
}

Coverage ForecastHistory::bregman() const {
  Coverage coverage;
  for (const auto& [student, outcome] : sealed_)
    coverage.held += outcome.bregman_held, coverage.at_least += outcome.bregman_at_least;
  return coverage;
}

Json history_document(const ForecastHistory& history) {
  return {{"schema", 1},
          {"runs", history.runs()},
          {"cells", history.cells()},
          {"data_sets", history.data_sets()},
          {"unsealed", history.unsealed()},
          {"squared", to_json(history.squared(), history.cells())},
          {"bregman", to_json(history.bregman(), history.cells())}};
}

}  // namespace qinglan
