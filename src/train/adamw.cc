#include "train/adamw.h"

#include <cmath>
#include <optional>

#include "base/error.h"

namespace qinglan {
namespace {

std::vector<torch::Tensor> tensors_of(const std::vector<NamedTensor>& named) {
  std::vector<torch::Tensor> tensors;
  for (const auto& item : named) tensors.push_back(item.tensor);
  return tensors;
}

}  // namespace

AdamW::AdamW(std::vector<NamedTensor> masters, AdamWOptions options)
    : masters_(std::move(masters)), options_(options) {
  for (auto& master : masters_) {
    QL_CHECK(master.tensor.scalar_type() == torch::kFloat32 && master.tensor.is_contiguous(),
             "master " + master.name);
    master.tensor = master.tensor.detach();
    m_.push_back({master.name, torch::zeros_like(master.tensor)});
    v_.push_back({master.name, torch::zeros_like(master.tensor)});
  }
}

void AdamW::step(const std::vector<torch::Tensor>& gradients, double lr) {
  QL_CHECK(gradients.size() == masters_.size(), "a gradient a master");
  if (masters_.empty()) return;
  torch::NoGradGuard no_grad;
  ++steps_;
  // The kernel wants one step counter a parameter; the count before this step is ours to raise.
  std::vector<torch::Tensor> counters(masters_.size(), torch::tensor(static_cast<float>(steps_)));
  at::_fused_adamw_(tensors_of(masters_), gradients, tensors_of(m_), tensors_of(v_), {}, counters, lr,
                    options_.beta1, options_.beta2, options_.weight_decay, options_.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false, std::nullopt, std::nullopt);
}

double clip_global_norm(const std::vector<torch::Tensor>& gradients, double max_norm) {
  torch::NoGradGuard no_grad;
  double sum = 0;
  for (const auto& gradient : gradients) sum += std::pow(gradient.norm().item<double>(), 2);
  const double norm = std::sqrt(sum);
  if (max_norm > 0 && norm > max_norm && std::isfinite(norm))
    for (auto gradient : gradients) gradient.mul_(max_norm / (norm + 1e-6));
  return norm;
}

}  // namespace qinglan
