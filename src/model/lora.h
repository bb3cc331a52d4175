#pragma once
// Low-rank adapters (Hu et al. 2021, arXiv:2106.09685) on q, k, v and o of every block:
// y = W x + (alpha / r) B A x. No dropout. As PEFT: B is zero, A is Kaiming-uniform with a = sqrt(5),
// that is uniform in [-1/sqrt(in), 1/sqrt(in)].

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "catalog/architecture.h"
#include "model/parameter.h"

namespace qinglan {

struct LoraOptions {
  std::int64_t rank = 8;
  double alpha = 16;
};

class LoraAdapter {
 public:
  // Of the blocks from `first` on. A from the stream "lora" of the run seed, one index per matrix of the
  // whole model, so that a block starts from the same numbers whatever `first` is.
  static LoraAdapter create(const ModelConfig& config, const LoraOptions& options, std::uint64_t run_seed,
                            std::int64_t first = 0, const torch::Device& device = torch::kCPU);

  std::int64_t first() const { return first_; }
  bool covers(std::int64_t layer) const { return layer >= first_; }

  // fp32 leaves that require gradients, whatever the backbone computes in. Names are PEFT's without the
  // leading "base_model.model.": "<module>.lora_A.weight" [r, in], "<module>.lora_B.weight" [out, r]. Where
  // q, k and v are one module of the file (GPT-2, GPT-NeoX, Phi-3) its name is followed by ":q", ":k" or
  // ":v".
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  const LoraOptions& options() const { return options_; }

  enum Target { q, k, v, o };
  // Of a layer that is covered.
  const torch::Tensor& a(std::int64_t layer, Target target) const {
    return parameters_[index(layer, target)].tensor;
  }
  const torch::Tensor& b(std::int64_t layer, Target target) const {
    return parameters_[index(layer, target) + 1].tensor;
  }
  double scale() const { return options_.alpha / static_cast<double>(options_.rank); }

 private:
  std::size_t index(std::int64_t layer, Target target) const {
    return static_cast<std::size_t>(((layer - first_) * 4 + target) * 2);
  }
  std::int64_t first_ = 0;
  LoraOptions options_;
  std::vector<NamedTensor> parameters_;
};

}  // namespace qinglan
