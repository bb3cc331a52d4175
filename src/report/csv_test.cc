#include "report/csv.h"

#include <gtest/gtest.h>

#include <map>

#include "report/sample_for_test.h"

namespace qinglan {
namespace {

// RFC 4180, strictly.
std::vector<std::vector<std::string>> parse(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      lines.back().back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      lines.back().push_back("");
    } else if (!quoted && c == '\r') {
      EXPECT_EQ(text.at(++i), '\n');
      lines.push_back({""});
    } else {
      lines.back().back() += c;
    }
  }
  EXPECT_EQ(lines.back(), std::vector<std::string>{""}) << "the last line is ended";
  lines.pop_back();
  return lines;
}

std::map<std::string, std::string> first_cell(const sample::Run& run) {
  const auto lines = parse(csv_report(run.record, run.judgement));
  EXPECT_EQ(lines.size(), run.record.cells.size() + 1);
  std::map<std::string, std::string> cell;
  for (std::size_t i = 0; i < lines[0].size(); ++i) cell[lines[0][i]] = lines[1].at(i);
  EXPECT_EQ(cell.size(), lines[0].size()) << "columns have names of their own";
  return cell;
}

TEST(Csv, HasEveryEstimateOrWhyThereIsNone) {
  sample::Run run = sample::small();
  Five& five = run.judgement.cells[0].fives.at(run.judgement.cells[0].metric);
  five.weak_floor = sample::about(0.625, 0.125);
  five.pgr = Estimate::no("no ceiling");
  const auto cell = first_cell(run);
  EXPECT_EQ(cell.at("weak_floor"), "0.625");
  EXPECT_EQ(cell.at("weak_floor_low"), "0.5");
  EXPECT_EQ(cell.at("weak_floor_high"), "0.75");
  EXPECT_EQ(cell.at("weak_floor_undefined"), "");
  EXPECT_EQ(cell.at("pgr"), "");
  EXPECT_EQ(cell.at("pgr_undefined"), "no ceiling");
  EXPECT_EQ(cell.at("verdict"), name_of(run.judgement.cells[0].verdict));
}

TEST(Csv, StrangeNamesStayOneField) {
  sample::Run run = sample::small();
  const std::string strange = "a, \"b\"\r\nc <script>";
  run.record.cells[0].supervisor = strange;
  EXPECT_EQ(first_cell(run).at("supervisor"), strange);
}

}  // namespace
}  // namespace qinglan
