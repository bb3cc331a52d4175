#include "audit/cell_picture.h"

#include <map>

#include "audit/cell_scores.h"

namespace qinglan {

std::vector<CellPicture> picture_cells(const Record& record, std::size_t examples) {
  const SeriesScores scores(record);
  std::map<std::vector<std::string>, std::vector<ReliabilityBin>> drawn;  // floors and ceilings are shared
  const auto curve = [&](const Cell& cell, std::string SeedRun::*role) {
    const auto names = role_names(cell, role);
    const auto [it, fresh] = drawn.try_emplace(names);
    if (fresh) it->second = reliability(scores, names);
    return it->second;
  };
  std::vector<CellPicture> pictures;
  for (const Cell& cell : record.cells) {
    CellPicture& picture = pictures.emplace_back();
    if (cell.status == "failed" || record.items.empty()) continue;
    picture = {curve(cell, &SeedRun::weak_floor),
               curve(cell, &SeedRun::weak_to_strong),
               curve(cell, &SeedRun::strong_ceiling),
               agreements(scores, cell),
               answer_pairs(scores, cell),
               disagreements(scores, cell, examples)};
  }
  return pictures;
}

}  // namespace qinglan
