#include "experiment/claim.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "io/publish.h"

namespace qinglan {
namespace {

constexpr double kUnbalanced = 0.55;  // a majority above this makes accuracy mislead

double majority(const std::vector<double>& share) {
  return share.empty() ? 0.0 : *std::max_element(share.begin(), share.end());
}

Json said(const Claim& claim, const std::string& run) {
  Json json = {{"metric", claim.metric}, {"delta", claim.delta}, {"gamma", claim.gamma}, {"run", run}};
  if (!claim.primary.empty()) json["primary"] = claim.primary;
  return json;
}

}  // namespace

std::string primary_cell(const std::vector<Cell>& cells, const std::string& name) {
  if (name.empty()) return "";
  std::vector<std::string> holding;
  std::string list;
  for (const Cell& cell : cells) {
    if (cell.id == name) return name;
    if (cell.id.find(name) != std::string::npos) holding.push_back(cell.id);
    list += "\n  " + cell.id;
  }
  if (holding.size() == 1) return holding.front();
  throw Error(ErrorKind::usage, holding.empty() ? "claim.primary names no cell of the spec"
                                                : "claim.primary fits several cells of the spec")
      .expected("a part of one cell's name that no other has:" + list)
      .found("'" + name + "'");
}

Claim claim_of(const Spec& spec, const Plan& plan, const DatasetFacts& facts, const std::string& run) {
  Claim claim{.metric = spec.claim.metric,
              .delta = spec.claim.delta,
              .gamma = spec.claim.gamma,
              .gold = spec.claim.gold,
              .risk = spec.claim.risk,
              .primary = primary_cell(plan.cells, spec.claim.primary)};
  if (claim.metric == "auto") {
    const bool unbalanced = (majority(facts.train_share) > kUnbalanced && !facts.balanced) ||
                            majority(facts.test_share) > kUnbalanced;
    claim.metric = unbalanced ? "balanced_accuracy" : "accuracy";
  }
  claim.digest = sha256_hex(canonical_json(said(claim, run)));
  return claim;
}

std::int64_t seal_claim(Store& store, const std::string& data_key, const std::string& run,
                        const Claim& claim) {
  const std::string folder = store.root() + "/claims/" + data_key;
  store.fs().make_folders(folder);
  const std::string path = folder + "/" + run + ".json";
  if (!store.fs().exists(path)) {
    Json json = said(claim, run);
    json["digest"] = claim.digest;
    publish_file(store.fs(), path, canonical_json(json) + "\n");
  }
  const auto names = store.fs().list(folder);
  return std::count_if(names.begin(), names.end(),
                       [](const std::string& name) { return !is_temporary(name); });
}

}  // namespace qinglan
