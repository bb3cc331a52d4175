#pragma once
// A run as a table for other programs: a line a cell, RFC 4180.

#include <string>

#include "audit/judgement.h"
#include "record/record.h"

namespace qinglan {

// A header, then a line for every cell: what it is, its verdict, and of each estimate on the declared metric
// value, low, high and, where there is none, why. Shares from 0 to 1, all digits.
std::string csv_report(const Record& record, const Judgement& judgement);

}  // namespace qinglan
