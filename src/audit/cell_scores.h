#pragma once
// The three roles of a cell as S x n scores on one metric.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

struct CellScores {
  Scored weak, student, ceiling;

  Scored gain() const { return difference(student, weak); }
  Scored gap() const { return difference(ceiling, weak); }
};

// Names of a role's series in the cell's seed order.
std::vector<std::string> role_names(const Cell& cell, std::string SeedRun::*role);

CellScores cell_scores(SeriesScores& scores, const Cell& cell, const std::string& metric);
Five five_of(const SeriesScores& scores, const CellScores& cell);
// All five undefined for one reason.
Five no_five(const std::string& why);

}  // namespace qinglan
