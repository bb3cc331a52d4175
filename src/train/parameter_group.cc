#include "train/parameter_group.h"

namespace qinglan {
namespace {

bool has_copy(const torch::Tensor& leaf) { return leaf.scalar_type() != torch::kFloat32; }

std::vector<NamedTensor> masters_of(const std::vector<NamedTensor>& leaves) {
  std::vector<NamedTensor> masters;
  for (const auto& [name, leaf] : leaves) masters.push_back({name, leaf.detach().to(torch::kFloat32)});
  return masters;
}

std::vector<torch::Tensor> copies_of(const std::vector<NamedTensor>& leaves) {
  std::vector<torch::Tensor> copies;
  for (const auto& [name, leaf] : leaves) copies.push_back(has_copy(leaf) ? leaf.detach() : torch::Tensor());
  return copies;
}

torch::Tensor to_float(const torch::Tensor& gradient) {
  if (!gradient.is_sparse()) return gradient.to(torch::kFloat32);
  return torch::sparse_coo_tensor(gradient._indices(), gradient._values().to(torch::kFloat32),
                                  gradient.sizes());
}

}  // namespace

ParameterGroup::ParameterGroup(const std::vector<NamedTensor>& leaves, const AdamWOptions& options, double lr)
    : leaves_(leaves), optimizer_(masters_of(leaves), options, copies_of(leaves)), lr_(lr) {}

void ParameterGroup::begin_step() {
  gradients_.assign(leaves_.size(), {});
  for (auto& leaf : leaves_) leaf.tensor.mutable_grad() = torch::Tensor();
}

void ParameterGroup::collect() {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    torch::Tensor& fresh = leaves_[i].tensor.mutable_grad();
    if (!fresh.defined()) continue;
    // A token that occurs more than once has more than one row, which are summed in fp32.
    if (!gradients_[i].defined())
      gradients_[i] = fresh.is_sparse() ? to_float(fresh.detach()) : fresh.detach();
    else
      gradients_[i] = to_float(gradients_[i]).add_(fresh.is_sparse() ? to_float(fresh) : fresh);
    fresh = torch::Tensor();
  }
}

const std::vector<torch::Tensor>& ParameterGroup::finish_gradients() {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    if (!gradients_[i].defined()) gradients_[i] = torch::zeros_like(optimizer_.masters()[i].tensor);
    gradients_[i] = gradients_[i].is_sparse() ? gradients_[i].coalesce() : gradients_[i].contiguous();
  }
  return gradients_;
}

void ParameterGroup::update(double share, double factor) { optimizer_.step(gradients_, lr_ * share, factor); }

void ParameterGroup::take_up(std::int64_t steps) {
  const torch::NoGradGuard no_grad;
  optimizer_.set_steps(steps);
  for (std::size_t i = 0; i < leaves_.size(); ++i)
    if (has_copy(leaves_[i].tensor)) leaves_[i].tensor.copy_(optimizer_.masters()[i].tensor);
}

}  // namespace qinglan
