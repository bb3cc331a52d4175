#pragma once
// What a cell's verdict is decided on: everything the rules ask for, as numbers, nothing of the record.

#include <optional>
#include <string>
#include <vector>

#include "audit/judgement.h"
#include "metrics/crossed.h"

namespace qinglan {

struct CeilingRun {  // one seed's ceiling
  double score = 0;
  std::optional<double> final_train_loss, label_entropy;  // nats
};

struct Evidence {
  std::string metric = "accuracy";
  std::int64_t seeds = 0, items = 0;
  std::int64_t columns = 0;  // groups, where items are related; else items
  double delta = 0.01, gamma = 0.03, chance = 0.5;
  std::vector<std::string> leaks;  // undeclared ground truth, overlap that is not allowed
  std::optional<Estimate> shuffled;
  std::string best_control;  // the no-teaching control with the highest score; empty: none
  Estimate over_best_control = Estimate::no("no control");  // student - that control
  Estimate gain, pgr;
  std::optional<Estimate> gap;  // without: no ceiling
  std::vector<CeilingRun> ceilings;
  std::optional<Estimate> tuned_over_matched;
  std::optional<CrossedParts> gain_parts, gap_parts;  // where gain and gap are defined

  // max(claim's delta, .1 G); claim's delta without a ceiling.
  double effective_delta() const;
};

}  // namespace qinglan
