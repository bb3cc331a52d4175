#include "report/csv.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "report/number.h"
#include "report/wording.h"

namespace qinglan {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + '"';
}

using Field = std::pair<std::string, std::string>;  // column, text

std::string number(double value) { return Json(value).dump(); }

void add(std::vector<Field>& fields, const std::string& name, const Estimate& given) {
  const Estimate estimate = measured(given);
  const bool known = estimate.defined();
  fields.emplace_back(name, known ? number(estimate.value) : "");
  fields.emplace_back(name + "_low", known ? number(estimate.low) : "");
  fields.emplace_back(name + "_high", known ? number(estimate.high) : "");
  fields.emplace_back(name + "_undefined", estimate.undefined);
}

std::vector<Field> fields_of(const Record& record, const Cell& cell, const CellJudgement& judged) {
  std::vector<Field> fields{{"cell", cell.id},
                            {"supervisor", cell.supervisor},
                            {"student", cell.student},
                            {"student_tune", cell.student_tune},
                            {"method", cell.method},
                            {"params", cell.params.dump()},
                            {"data", record.data.name},
                            {"seeds", std::to_string(cell.seeds.size())},
                            {"test_rows", std::to_string(record.items.size())},
                            {"verdict", name_of(judged.verdict)},
                            {"reason", judged.reason},
                            {"metric", judged.metric}};
  const Five five = declared_five(judged);
  add(fields, "weak_floor", five.weak_floor);
  add(fields, "weak_to_strong", five.weak_to_strong);
  add(fields, "strong_ceiling", five.strong_ceiling);
  add(fields, "gain", five.gain);
  add(fields, "pgr", five.pgr);
  const Comparison& against = judged.against_naive;
  add(fields, "against_naive", against.difference);
  const bool compared = measured(against.difference).defined();
  fields.emplace_back("against_naive_p", compared ? number(against.p) : "");
  fields.emplace_back("against_naive_p_holm", compared ? number(against.p_holm) : "");
  return fields;
}

std::string line_of(const std::vector<Field>& fields, std::string Field::*part) {
  std::string line;
  for (const Field& field : fields) line += (line.empty() ? "" : ",") + quoted(field.*part);
  return line + "\r\n";
}

}  // namespace

std::string csv_report(const Record& record, const Judgement& judgement) {
  QL_CHECK(record.cells.size() == judgement.cells.size(), "a judgement of another record");
  std::string table;
  for (std::size_t i = 0; i < record.cells.size(); ++i) {
    const auto fields = fields_of(record, record.cells[i], judgement.cells[i]);
    if (i == 0) table += line_of(fields, &Field::first);
    table += line_of(fields, &Field::second);
  }
  return table;
}

}  // namespace qinglan
