#pragma once
// The report as one HTML file that needs no network and no script: what was asked, the answer and how to read
// it, and the evidence. The same record and judgement give the same bytes.

#include <string>

#include "audit/judgement.h"
#include "record/record.h"

namespace qinglan {

std::string html_report(const Record& record, const Judgement& judgement, bool with_ledger);

}  // namespace qinglan
