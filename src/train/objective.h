#pragma once
// What a method trains towards: one objective an id of catalog's methods(). Every objective is soft
// cross-entropy of the logits against targets [B, K] that are computed for the whole batch before any
// gradient, so that a batch gives the same loss however it is cut into micro-batches.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

struct BatchView {
  torch::Tensor weak;     // [B, K] labels trained on, rows sum to 1, fp32 or fp64
  torch::Tensor student;  // [B, K] student's p for the whole batch; undefined where not needed
  std::span<const std::uint64_t> hashes;  // [B] id_hash
  double progress = 0;                    // s in [0, 1): the share of training that is done
  std::span<const double> prior;          // [K] mean label over the whole training set
};

class Objective {
 public:
  virtual ~Objective() = default;
  // Whether targets() at this progress reads BatchView::student.
  virtual bool needs_batch_forward(double progress) const = 0;
  // [B, K] of weak's type, without gradient.
  virtual torch::Tensor targets(const BatchView& batch) const = 0;
};

struct ObjectiveEntry {
  const char* name;  // id of a method of the catalog
  std::unique_ptr<Objective> (*make)(const Json& parameters, std::int64_t classes);
};

const std::vector<ObjectiveEntry>& objectives();

// `parameters` as catalog's resolve_parameters gives them. Throws Error{usage}: no such method, or a
// parameter that this number of classes does not admit (a number as prior of more than two classes).
std::unique_ptr<Objective> make_objective(const std::string& name, const Json& parameters,
                                          std::int64_t classes);

// Soft cross-entropy summed over rows, nats: -sum t log softmax(logits). logits, targets [B, K] -> scalar.
torch::Tensor cross_entropy_sum(const torch::Tensor& logits, const torch::Tensor& targets);

}  // namespace qinglan
