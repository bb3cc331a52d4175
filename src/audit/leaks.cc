#include "audit/leaks.h"

#include "audit/cell_scores.h"
#include "audit/words.h"
#include "base/error.h"

namespace qinglan {

namespace {

void add_undeclared(const SeriesScores& scores, const std::string& series, const std::string& who,
                    const std::map<std::string, std::int64_t>& declared, std::vector<std::string>& leaks) {
  const Json& certificate = scores.series(series).certificate;
  if (!certificate.is_object() || !certificate.contains("ground_truth")) return;
  const std::string source = "the certificate of series '" + series + "'";
  for (const Json& use : get_field<std::vector<Json>>(certificate, "ground_truth", source)) {
    const auto rows = get_field<std::int64_t>(use, "rows", source);
    const auto purpose = get_field<std::string>(use, "purpose", source);
    const auto budget = declared.find(purpose);
    if (budget != declared.end() && rows <= budget->second) continue;
    leaks.push_back("undeclared ground truth: " + who + " was given " + counted(rows, "row") + " for '" +
                    purpose + "'");
  }
}

}  // namespace

std::vector<std::string> leaks_of(const SeriesScores& scores, const Cell& cell) {
  std::vector<std::string> leaks;
  for (std::size_t s = 0; s < cell.seeds.size(); ++s) {
    const SeedRun& seed = cell.seeds[s];
    const std::string of = " of seed " + std::to_string(seed.seed);
    // What a method is given is the last student's; those before it are given nothing.
    for (std::size_t i = 0; i + 1 < cell.chain.size(); ++i)
      add_undeclared(scores, cell.chain[i].series[s], "the chain's " + cell.chain[i].name + of, {}, leaks);
    add_undeclared(scores, seed.weak_to_strong, "the student" + of, cell.declared, leaks);
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
