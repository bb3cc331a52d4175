#include "report/html_comparison.h"

#include <algorithm>

namespace qinglan {

bool has_comparisons(const Page& page) {
  return std::any_of(page.judgement.cells.begin(), page.judgement.cells.end(), [](const CellJudgement& cell) {
    return measured(cell.against_naive.difference).defined();
  });
}

Markup comparison_section(const Page& page) {
  if (!has_comparisons(page)) return {};
  std::vector<std::vector<TableCell>> rows;
  std::int64_t family = 0;
  for (std::size_t i = 0; i < page.labels.size(); ++i) {
    const CellJudgement& judged = page.judgement.cells[i];
    const Comparison& against = judged.against_naive;
    if (!measured(against.difference).defined()) continue;
    family = against.family;
    rows.push_back({cell_text(page.labels[i]),
                    cell_estimate(against.difference, difference_unit_of(judged.metric)),
                    cell_text(p_text(against.p)), cell_text(p_text(against.p_holm))});
  }
  return section(
      "methods", "Methods against naive",
      card(paragraph(
               "The student of each method minus the student of naive on the same labels, paired by seed "
               "and test row. p is of no difference; Holm's holds for all " +
               counted(family, "comparison") + " of this run together.") +
           table("Students against naive's", {"Cell", "Difference", "p", "p, Holm"}, rows)));
}

}  // namespace qinglan
