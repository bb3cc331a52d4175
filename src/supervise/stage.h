#pragma once
// Weak labels made from weak labels and the student's view of the rows: the stages of a pipeline. Formulas,
// sources and parameters stand in catalog/stages/. Ground truth is nowhere in sight.

#include <string>
#include <vector>

#include "base/json.h"
#include "data/labels.h"
#include "supervise/feature_rows.h"

namespace qinglan {

// What a stage sees. Rows stand in the order of the hashes of their ids, so that ties may be broken by the
// lower row and sums do not depend on the order of the data.
struct StageInput {
  const WeakLabels& labels;
  FeatureRows features;  // [n, width]; empty where the stage reads none
  const Json& params;    // resolved by the catalog
};

struct StageOutcome {
  std::vector<std::uint32_t> kept;  // rows, ascending
  std::vector<float> p{};           // [kept, K]; empty: as they were
};

struct StageEntry {
  const char* name;
  StageOutcome (*run)(const StageInput& input);
};

const std::vector<StageEntry>& stage_functions();

// The labels after the stage, in the order they had. Provenance: {"kind": name, "rows": n, "kept": m,
// "changed": kept labels of another class than before, "of": the provenance of `labels`}. Permuting the rows
// permutes the result, bit for bit. Throws Error{invalid_input}: fewer labels than neighbours or folds need,
// a filter that keeps no label or labels of one class only, features with NaN or Inf.
WeakLabels apply_stage(const std::string& name, const Json& params, const WeakLabels& labels,
                       const FeatureRows& features);

}  // namespace qinglan
