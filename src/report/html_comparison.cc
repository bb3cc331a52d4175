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
  bool primary = false;
  for (std::size_t i = 0; i < page.labels.size(); ++i) {
    const CellJudgement& judged = page.judgement.cells[i];
    const Comparison& against = judged.against_naive;
    if (!measured(against.difference).defined()) continue;
    if (!against.primary) family = against.family;
    primary = primary || against.primary;
    rows.push_back({cell_text(page.labels[i] + (against.primary ? " (primary)" : "")),
                    cell_estimate(against.difference, difference_unit_of(judged.metric)),
                    cell_text(p_text(against.p)), cell_text(p_text(against.p_holm)),
                    cell_text(p_text(against.p_bh))});
  }
  return section(
      "methods", "Methods against naive",
      card(paragraph(
               "The student of each method minus the student of naive on the same labels, paired by seed "
               "and test row. p is of no difference; Holm's and Benjamini and Hochberg's hold for all " +
               counted(family, "comparison") + " of this run together" +
               (primary ? ", but for the one that the claim named as primary, which stands by itself."
                        : ".")) +
           table("Students against naive's", {"Cell", "Difference", "p", "p, Holm", "p, Benjamini-Hochberg"},
                 rows)));
}

}  // namespace qinglan
