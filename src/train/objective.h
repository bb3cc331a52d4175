#pragma once
// What a method trains towards: one objective an id of catalog's methods(), each in a file of objectives/. An
// objective turns a batch into targets and row weights before any gradient, so that a batch gives the same
// loss however it is cut into micro-batches; then it scores each row's logits against its target.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/ramp.h"
#include "data/labels.h"

namespace qinglan {

// What declared true labels ask of rows (GoldUse); undefined tensors where there are none.
struct RowShares {
  torch::Tensor weights = {};   // [B] of the labels' type: shares in the loss, up to a factor
  torch::Tensor anchored = {};  // [B] bool: rows that learn their label whatever the objective makes of it

  static RowShares of(const TrainingLabels& labels, torch::Dtype dtype);
  RowShares rows(const torch::Tensor& wanted) const;  // wanted: int64 indices
};

struct BatchView {
  torch::Tensor weak;     // [B, K] labels trained on, rows sum to 1, fp32 or fp64
  torch::Tensor student;  // [B, K] student's p for the whole batch; undefined where not needed
  std::span<const std::uint64_t> hashes;  // [B] id_hash
  Progress progress = {};
  std::span<const double> prior;  // [K] mean label over the whole training set
  double median_margin = 0;       // of max_c y_c - 1/K over the whole training set
  RowShares shares = {};
  std::span<const std::int64_t> drawn = {};  // [B] the batch's rows in the order in which they were drawn;
                                             // empty: as they stand
  torch::Tensor earlier = {};  // p_0 of rows before this batch, oldest first, at most remembers(); undefined:
                               // all rows are one batch
};

// What the rows of a batch are trained on, without gradient, of weak's type.
struct Aim {
  torch::Tensor targets;       // [B, K]
  torch::Tensor weights = {};  // [B]; undefined: 1 each. The batch's loss is sum_b weight_b loss_b / B.
};

class Objective {
 public:
  virtual ~Objective() = default;
  // Whether aim() at this progress reads BatchView::student.
  virtual bool needs_batch_forward(const Progress&) const { return false; }
  // How many rows before a batch aim() looks back on; then it reads BatchView::student at any progress.
  virtual std::int64_t remembers() const { return 0; }
  virtual Aim aim(const BatchView& batch) const { return {batch.weak}; }
  // Loss of each row, nats: logits, targets [b, K] -> [b], differentiable in the logits. Soft cross-entropy
  // unless the method has another.
  virtual torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const;
  // Whether the gradient of losses() is that of cross-entropy, which makes a probe's problem convex.
  virtual bool is_cross_entropy() const { return true; }
};

struct ObjectiveEntry {
  const char* name;  // id of a method of the catalog
  std::unique_ptr<Objective> (*make)(const Json& parameters, std::int64_t classes);
};

const std::vector<ObjectiveEntry>& objectives();

// The objective's aim with the batch's own weights and anchored rows laid over it. The loss is then
// sum_b w_b loss_b / sum_b w_b, with the weights that the objective gives as factors (GoldUse).
Aim aim_of(const Objective& objective, const BatchView& batch);

// `parameters` as catalog's resolve_parameters gives them. Throws Error{usage}: no such method, or a
// parameter that this number of classes does not admit (a number as prior of more than two classes).
std::unique_ptr<Objective> make_objective(const std::string& name, const Json& parameters,
                                          std::int64_t classes);

// Soft cross-entropy of each row, nats: -sum_c t_c log softmax(logits)_c. logits, targets [B, K] -> [B].
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets);
// Summed over rows.
torch::Tensor cross_entropy_sum(const torch::Tensor& logits, const torch::Tensor& targets);

}  // namespace qinglan
