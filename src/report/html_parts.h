#pragma once
// What the sections of the HTML report share.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/judgement.h"
#include "record/record.h"
#include "report/html.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/svg.h"

namespace qinglan {

struct Page {
  const Record& record;
  const Judgement& judgement;
  const ReportOptions& options;
  std::vector<std::string> labels;  // of cells
  // Few cells are laid out whole; more are folded, one line each.
  bool folds() const { return record.cells.size() > 6; }
  // So many that every point of every curve would be a page too long to open.
  bool crowded() const { return record.cells.size() > 60; }
};

Markup section(const std::string& id, const std::string& title, const Markup& body);
Markup card(const Markup& body, const std::string& style = "card");
Markup paragraph(const std::string& raw, const std::string& style = "");
// Folded until opened. Paper shows it open, unless it is bulk: long tables of numbers.
Markup details(const std::string& summary, const Markup& body, bool bulk = false);
Markup badge(Verdict verdict);
Markup list_of(const std::vector<std::string>& lines, const std::string& style);
// Terms and what they are; an entry may carry a second, smaller line.
struct Fact {
  std::string term, what, more;
};
Markup facts(const std::vector<Fact>& entries);

// A table that scrolls inside its box. The first cell of each row heads it.
struct TableCell {
  Markup body;
  bool number = false;
  std::optional<double> order{};  // what script sorts by in place of the text
  std::string style{};            // class
};
struct TableStyle {
  std::string name{};              // class of the table: "sortable" lets script sort it
  std::vector<Attributes> rows{};  // of each row, or none
  bool heads_are_names = false;    // users' own, not words of the page
};
Markup table(const std::string& caption, const std::vector<std::string>& heads,
             const std::vector<std::vector<TableCell>>& rows, const TableStyle& style = {});
TableCell cell_text(const std::string& raw);
TableCell cell_name(const std::string& raw);  // a user's, said the same in every language
TableCell cell_code(const std::string& raw);
TableCell cell_estimate(const Estimate& estimate, Unit unit = Unit::share);

// One line of a chart: words, strip, number.
struct ChartRow {
  std::string what, more;  // `what` is a name, not words, where the row stands for a cell
  Estimate estimate;
  Strip strip;  // its title, value, low and high are filled in from `what` and `estimate`
  Unit unit = Unit::share;
  std::optional<std::size_t> cell{};  // that the row stands for
};
Markup chart_rows(const Scale& scale, const std::vector<ChartRow>& rows,
                  const std::vector<std::pair<double, std::string>>& ticks);

// 0 to 1, ticks at the quarters in the unit of the first row.
Markup score_chart(const std::vector<ChartRow>& rows);

// "heat-0" to "heat-9", deeper for larger shares of 1; "heat-none" of an undefined one.
std::string heat_of(const Estimate& estimate);
// Marks what belongs to a cell, for script that filters cells.
std::pair<std::string_view, std::string> of_cell(std::size_t index);

std::string short_key(const std::string& key);  // first 12 characters
std::string cell_anchor(std::size_t index);

}  // namespace qinglan
