#pragma once
// AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) on fp32 masters: decoupled weight decay and bias
// correction as in torch.optim.AdamW. One object is one group of parameters with one learning rate.

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "model/parameter.h"

namespace qinglan {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
};

class AdamW {
 public:
  // Shares storage with `masters` (fp32, CPU, contiguous) and updates them in place.
  AdamW(std::vector<NamedTensor> masters, AdamWOptions options);

  // gradients[i] belongs to masters[i], fp32.
  void step(const std::vector<torch::Tensor>& gradients, double lr);

  const std::vector<NamedTensor>& masters() const { return masters_; }
  std::int64_t steps() const { return steps_; }
  // First and second moments by the masters' names, sharing storage: to save, or to copy a saved state into.
  const std::vector<NamedTensor>& first_moments() const { return m_; }
  const std::vector<NamedTensor>& second_moments() const { return v_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }

 private:
  std::vector<NamedTensor> masters_, m_, v_;
  AdamWOptions options_;
  std::int64_t steps_ = 0;
};

// Scales all gradients by max_norm / (norm + 1e-6) where their joint Euclidean norm exceeds max_norm (0:
// never). Returns the norm before scaling, NaN or Inf where a gradient has one.
double clip_global_norm(const std::vector<torch::Tensor>& gradients, double max_norm);

}  // namespace qinglan
