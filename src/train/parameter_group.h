#pragma once
// Parameters that are trained with one learning rate: leaves in the compute type, their fp32 masters (the
// leaves themselves where those are fp32), and the sums of their gradients over a step's micro-batches.

#include <torch/torch.h>

#include <vector>

#include "train/adamw.h"

namespace qinglan {

class ParameterGroup {
 public:
  ParameterGroup(const std::vector<NamedTensor>& leaves, const AdamWOptions& options, double lr);

  const AdamW& optimizer() const { return optimizer_; }

  void begin_step();
  // Moves what backward left in the leaves into the sums. Sums of more than one micro-batch are kept in fp32.
  void collect();
  // The step's gradients, all defined, as AdamW takes them.
  const std::vector<torch::Tensor>& finish_gradients();
  // AdamW with gradients times `factor` at `share` of the learning rate; the leaves follow.
  void update(double share, double factor);
  // Of a state that was copied into the optimizer's tensors after `steps` steps: the leaves follow.
  void take_up(std::int64_t steps);

 private:
  std::vector<NamedTensor> leaves_;
  std::vector<torch::Tensor> gradients_;
  AdamW optimizer_;
  double lr_;
};

}  // namespace qinglan
