#include "audit/leaks.h"

#include "audit/cell_scores.h"
#include "audit/words.h"
#include "base/error.h"

namespace qinglan {

std::vector<std::string> leaks_of(const SeriesScores& scores, const Cell& cell) {
  std::vector<std::string> leaks;
  for (const SeedRun& seed : cell.seeds) {
    const Json& certificate = scores.series(seed.weak_to_strong).certificate;
    if (!certificate.is_object() || !certificate.contains("ground_truth")) continue;
    const std::string source = "the certificate of series '" + seed.weak_to_strong + "'";
    for (const Json& use : get_field<std::vector<Json>>(certificate, "ground_truth", source)) {
      const auto rows = get_field<std::int64_t>(use, "rows", source);
      const auto purpose = get_field<std::string>(use, "purpose", source);
      const auto declared = cell.declared.find(purpose);
      if (declared != cell.declared.end() && rows <= declared->second) continue;
      leaks.push_back("undeclared ground truth: the student of seed " + std::to_string(seed.seed) +
                      " was given " + counted(rows, "row") + " for '" + purpose + "'");
    }
  }
  const DataFacts& data = scores.record().data;
  const auto dropped = data.dropped.find("overlap");
  const std::int64_t kept = data.overlap - (dropped == data.dropped.end() ? 0 : dropped->second);
  if (!data.overlap_allowed && kept > 0)
    leaks.push_back(counted(kept, "train row") +
                    " equal to a test text stayed in training, which the spec does not allow");
  return leaks;
}

bool enforced(const Record& record) {
  for (const auto& [name, series] : record.series)
    if (series.kind == "weak_to_strong" && series.status == "done" &&
        !series.certificate.value("enforced", false))
      return false;
  return true;
}

}  // namespace qinglan
