#include "report/html_grid.h"

#include <map>

#include "report/wording.h"

namespace qinglan {
namespace {

// What cells are filtered by: value -> how it is shown.
using Values = std::map<std::string, Markup>;

// An axis with one value needs no choice.
Markup chooser(const std::string& key, const std::string& label, const Values& values) {
  if (values.size() < 2) return {};
  const std::string id = "filter-" + key;
  Markup choices = element("option", {{"value", ""}}, "all");
  for (const auto& [value, shown] : values) choices += element("option", {{"value", value}}, shown);
  return element("div", element("label", {{"for", id}}, label) +
                            element("select", {{"id", id}, {"name", key}, {"autocomplete", "off"}}, choices));
}

Markup finder() {
  return element(
      "div",
      element("label", {{"for", "filter-find"}}, "Find in names") +
          leaf("input",
               {{"id", "filter-find"}, {"name", "find"}, {"type", "search"}, {"autocomplete", "off"}}));
}

Attributes row_attributes(const Page& page, std::size_t i) {
  const Cell& cell = page.record.cells[i];
  return {of_cell(i),
          {"data-supervisor", cell.supervisor},
          {"data-student", cell.student},
          {"data-method", cell.method},
          {"data-verdict", name_of(page.judgement.cells[i].verdict)}};
}

std::vector<TableCell> grid_row(const Page& page, std::size_t i) {
  const CellJudgement& judged = page.judgement.cells[i];
  const Five five = declared_five(judged);
  const Unit unit = unit_of(judged.metric);
  return {{element("a", {{"href", "#" + cell_anchor(i)}}, text(page.labels[i]))},
          {badge(judged.verdict)},
          cell_estimate(five.weak_floor, unit),
          cell_estimate(five.weak_to_strong, unit),
          cell_estimate(five.strong_ceiling, unit),
          cell_estimate(five.gain, difference_unit_of(judged.metric)),
          cell_estimate(five.pgr)};
}

Markup grid_table(const Page& page, bool probes) {
  std::vector<std::vector<TableCell>> rows;
  TableStyle style{.name = "grid"};
  for (std::size_t i = 0; i < page.labels.size(); ++i) {
    if ((page.record.cells[i].student_tune == "probe") != probes) continue;
    rows.push_back(grid_row(page, i));
    style.rows.push_back(row_attributes(page, i));
  }
  if (rows.empty()) return {};
  if (rows.size() > 1) style.name += " sortable";
  const std::string& metric = page.record.claim.metric;
  return table(std::string(probes ? "Students read by a linear probe" : "Fine-tuned students") + ": " +
                   metric_words(metric) + " on the test rows, 95% intervals in brackets",
               {"Supervisor → student · method", "Verdict", "Weak floor", "Weak-to-strong", "Strong ceiling",
                difference_unit_of(metric) == Unit::points ? "Gain, points" : "Gain", "Gap recovered"},
               rows, style);
}

}  // namespace

Markup filter_form(const Page& page) {
  const auto& cells = page.record.cells;
  if (cells.size() < 2) return {};
  Values supervisors, students, methods, verdicts;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    supervisors[cells[i].supervisor] = text(cells[i].supervisor);
    students[cells[i].student] = text(cells[i].student);
    methods[cells[i].method] = text(cells[i].method);
    const Verdict verdict = page.judgement.cells[i].verdict;
    verdicts[name_of(verdict)] = words(words_of(verdict).label);
  }
  const Markup shown =
      element("p", {{"role", "status"}},
              element("span", {{"id", "cells-shown"}}, text(std::to_string(cells.size()))) + text(" / ") +
                  words(counted(static_cast<std::int64_t>(cells.size()), "cell")));
  return element(
      "form", {{"id", "filter"}, {"class", "filter"}, {"hidden", ""}, {"aria-label", "Filter the cells"}},
      chooser("supervisor", "Weak supervisor", supervisors) + chooser("student", "Strong student", students) +
          chooser("method", "Method", methods) + chooser("verdict", "Verdict", verdicts) + finder() +
          element("button", {{"type", "reset"}}, "Show all") + shown);
}

Markup grid_tables(const Page& page) { return grid_table(page, true) + grid_table(page, false); }

}  // namespace qinglan
