#include "audit/cell_scores.h"

#include "metrics/pgr.h"

namespace qinglan {

std::vector<std::string> role_names(const Cell& cell, std::string SeedRun::*role) {
  std::vector<std::string> names;
  for (const SeedRun& seed : cell.seeds) names.push_back(seed.*role);
  return names;
}

CellScores cell_scores(SeriesScores& scores, const Cell& cell, const std::string& metric) {
  return {scores.matrix(role_names(cell, &SeedRun::weak_floor), metric, "no weak floor"),
          scores.matrix(role_names(cell, &SeedRun::weak_to_strong), metric, "no weak-to-strong student"),
          scores.matrix(role_names(cell, &SeedRun::strong_ceiling), metric, "no ceiling")};
}

Five five_of(const SeriesScores& scores, const CellScores& cell) {
  Five five;
  five.weak_floor = scores.share_interval(cell.weak);
  five.weak_to_strong = scores.share_interval(cell.student);
  five.strong_ceiling = scores.share_interval(cell.ceiling);
  const Scored gain = cell.gain(), gap = cell.gap();
  five.gain = scores.interval(gain);
  if (!gain.defined())
    five.pgr = Estimate::no(gain.undefined);
  else if (!gap.defined())
    five.pgr = Estimate::no(gap.undefined);
  else if (const Estimate apart = scores.interval(gap); apart.defined() && apart.high < 0)
    // A loss over a negative gap would read as more than all recovered.
    five.pgr = Estimate::no("the ceiling is below the floor: there is no gap to recover");
  else
    five.pgr = scores.with_items(pgr_interval(gain.matrix, gap.matrix));
  return five;
}

Five no_five(const std::string& why) {
  const Estimate none = Estimate::no(why);
  return {none, none, none, none, none};
}

}  // namespace qinglan
