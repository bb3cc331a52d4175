#pragma once
// Do the probabilities of supervisor, student and ceiling come true, and would one temperature mend them?

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

CalibrationAudit audit_calibration(SeriesScores& scores, const Cell& cell);
CalibrationAudit no_calibration(const std::string& why);

}  // namespace qinglan
