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
  // Shares storage with `masters` (fp32, contiguous, of one device) and updates them in place. `copies`,
  // where given, are bf16 tensors of the masters' shapes (undefined: none) that every step writes the rounded
  // masters to.
  AdamW(std::vector<NamedTensor> masters, AdamWOptions options, std::vector<torch::Tensor> copies = {});

  // gradients[i] belongs to masters[i] and is multiplied by `factor` first. fp32 or bf16, contiguous; or
  // sparse, coalesced rows of a matrix: without weight decay the rows that never had a gradient are left
  // alone, which is what a dense step does to them.
  void step(const std::vector<torch::Tensor>& gradients, double lr, double factor = 1);

  const std::vector<NamedTensor>& masters() const { return masters_; }
  std::int64_t steps() const { return steps_; }
  // First and second moments by the masters' names, sharing storage: to save, or to copy a saved state into
  // (before the first step).
  const std::vector<NamedTensor>& first_moments() const { return m_; }
  const std::vector<NamedTensor>& second_moments() const { return v_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }

 private:
  // By LibTorch's own fused optimizer, where operators.h computes.
  void step_fused(const std::vector<torch::Tensor>& gradients, double lr, double factor);
  void step_dense(std::size_t i, const torch::Tensor& gradient, const struct AdamWFactors& factors);
  void step_rows(std::size_t i, const torch::Tensor& gradient, const struct AdamWFactors& factors);

  std::vector<NamedTensor> masters_, m_, v_;
  std::vector<torch::Tensor> copies_;
  std::vector<std::vector<std::uint8_t>>
      moving_;  // [rows] a matrix with sparse gradients: whether a row ever had one
  AdamWOptions options_;
  std::int64_t steps_ = 0;
};

// Joint Euclidean norm of gradients as AdamW::step takes them, NaN or Inf where one has such a value. The
// same at any number of threads.
double global_norm(const std::vector<torch::Tensor>& gradients);
// What gradients are multiplied by: max_norm / (norm + 1e-6) where a finite norm exceeds max_norm (0: never),
// else 1.
double clip_factor(double norm, double max_norm);

}  // namespace qinglan
