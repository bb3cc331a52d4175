#pragma once
// Does the student become more like its supervisor, and worse, as it trains on?

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// Of the weak-to-strong students' evaluated checkpoints, of which each seed needs two.
CurveAudit audit_curve(const SeriesScores& scores, const Cell& cell);
CurveAudit no_curve(const std::string& why);

}  // namespace qinglan
