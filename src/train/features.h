#pragma once
// Frozen features of a whole row set: pooled hidden states at one depth, rounded to bf16, cached or not.
// Computed pack by pack in the canonical packing, so a pass that is taken up again gives the same bits as one
// that never stopped.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "model/backbone.h"
#include "model/pooling.h"
#include "train/hooks.h"
#include "train/packing.h"

namespace qinglan {

struct FeatureSpec {
  std::int64_t depth = -1;       // hidden state after this many blocks; -1: the last
  std::vector<Pooling> pooling;  // their vectors are joined in this order
};

class FeaturePass {
 public:
  // `backbone` and `rows` must outlive this. Throws Error{usage} for a depth the model does not have.
  FeaturePass(const Backbone& backbone, std::span<const std::vector<std::int32_t>> rows, FeatureSpec spec);

  const PackPlan& plan() const { return plan_; }
  std::int64_t width() const {
    return backbone_.config().hidden * static_cast<std::int64_t>(spec_.pooling.size());
  }
  double flops() const;

  // [rows of the pack, D] bf16, in the order of plan().rows(pack).
  torch::Tensor compute_pack(std::size_t pack) const;

  // All rows, [N, D] bf16 in row order. Finished chunks lie in `folder`, from which a later call with the
  // same inputs goes on. Throws Error{interrupted} when stopped; progress counts rows.
  torch::Tensor run(FileSystem& fs, const std::string& folder, const RunHooks& hooks = {}) const;

 private:
  const Backbone& backbone_;
  std::span<const std::vector<std::int32_t>> rows_;
  FeatureSpec spec_;
  PackPlan plan_;
};

}  // namespace qinglan
