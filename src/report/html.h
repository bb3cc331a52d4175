#pragma once
// The report as one HTML file that needs no network: what was asked, the answer and how to read it, and the
// evidence. Everything stands in it as plain content; script, which its own policy names by hash, only sorts
// and filters cells and unfolds what a link points to. The same record, judgement and options give the same
// bytes.

#include <map>
#include <string>
#include <vector>

#include "audit/cell_picture.h"
#include "audit/judgement.h"
#include "record/record.h"
#include "report/language.h"

namespace qinglan {

struct ReportOptions {
  bool ledger = true;
  Language language = Language::english;
  std::vector<CellPicture> pictures{};         // of the record's cells; none: they are not drawn
  std::map<std::string, std::string> texts{};  // of test items by id, as far as they are known
};

std::string html_report(const Record& record, const Judgement& judgement, const ReportOptions& options = {});

}  // namespace qinglan
