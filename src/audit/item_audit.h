#pragma once
// Which errors the student shares with its supervisor, item by item.

#include "audit/judgement.h"
#include "audit/series_scores.h"

namespace qinglan {

// Rows on which the supervisor had nothing to say are left out; a student's flat answer counts 1/K for every
// class. The ceiling of excess imitation is the mean of all ceilings of *other* seeds, whose errors share no
// draw with the student's.
ItemAudit audit_items(const SeriesScores& scores, const Cell& cell);
ItemAudit no_item_audit(const std::string& why);

}  // namespace qinglan
