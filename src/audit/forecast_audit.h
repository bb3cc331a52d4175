#pragma once
// What misfit foretold of the gain without any label, and what came.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

ForecastAudit audit_forecast(const SeriesScores& scores, const Cell& cell);
ForecastAudit no_forecast(const std::string& why);

}  // namespace qinglan
