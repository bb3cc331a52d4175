#pragma once
// Weak labels made from weak labels and the student's view of the rows: the stages of a pipeline. Formulas,
// sources and parameters stand in catalog/stages/. Of ground truth none is in sight but the rows of a
// declared budget, for those stages that judge labels by it.

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/labels.h"
#include "supervise/feature_rows.h"

namespace qinglan {

// What is there of the rows beside their labels, row by row as the labels stand; empty where the stage reads
// none of it.
struct StageView {
  FeatureRows features{};            // [n, width] hidden states
  FeatureRows answers{};             // [n, K] probabilities that a model gives
  const GoldRows* gold = nullptr;    // true labels of a declared budget; some may be of other rows
  std::vector<std::string> texts{};  // [n] as the student is given them
  std::uint64_t seed = 0;            // of the run, for stages that draw
};

// What a stage sees. Rows stand in the order of the hashes of their ids, so that ties may be broken by the
// lower row and sums do not depend on the order of the data.
struct StageInput {
  const WeakLabels& labels;
  FeatureRows features;             // [n, width]
  const Json& params;               // resolved by the catalog
  std::span<const float> answers;   // [n, K]
  std::vector<std::int32_t> truth;  // [n] the true class of the budget's rows, -1 of others
  std::vector<std::string> texts;   // [n] or empty
  std::uint64_t seed;
};

struct StageOutcome {
  std::vector<std::uint32_t> kept;               // rows, ascending
  std::vector<float> p{};                        // [kept, K]; empty: as they were
  std::map<std::string, std::int64_t> counts{};  // rows by what the stage found them to be, for people
};

struct StageEntry {
  const char* name;
  StageOutcome (*run)(const StageInput& input);
};

const std::vector<StageEntry>& stage_functions();

// The labels after the stage, in the order they had. Provenance: {"kind": name, "rows": n, "kept": m,
// "changed": kept labels of another class than before, "of": the provenance of `labels`}, and where there are
// any "counts", and "ground_truth": [{"rows", "purpose"}], the budget. Permuting the rows permutes the
// result, bit for bit. Throws Error{invalid_input}: fewer labels than neighbours or folds need, a filter that
// keeps no label or labels of one class only, features with NaN or Inf.
WeakLabels apply_stage(const std::string& name, const Json& params, const WeakLabels& labels,
                       const StageView& view);

}  // namespace qinglan
