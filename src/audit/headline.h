#pragma once
// A cell's result as one sentence for people.

#include "audit/judgement.h"

namespace qinglan {

std::string headline_of(const Cell& cell, const CellJudgement& judged);

}  // namespace qinglan
