#pragma once
// The kernels' formulas by ATen operators, for devices that our kernels are not written for. fp32 arithmetic
// whatever the storage, one rounding at the end; every operator has a deterministic CUDA form.

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "model/attention.h"
#include "model/kernels.h"

namespace qinglan::operators {

// Whether tensors of this device are computed here instead of by our kernels.
bool serve(const torch::Device& device);

// Within its scope the CPU is served too: how a machine without such a device tests what one would compute.
// One at a time; not for threads beside each other.
class OnCpu {
 public:
  OnCpu();
  OnCpu(const OnCpu&) = delete;
  ~OnCpu();
};

// As in kernels.h. `rotate` leaves x as it is.
torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps, double offset);
torch::Tensor gated(const torch::Tensor& gate_up, Activation activation);
torch::Tensor rotate(const torch::Tensor& x, const RotaryTable& table, const torch::Tensor& rows,
                     std::int64_t heads, std::int64_t head_dim);

// How documents of a packed batch lie when each is padded at its end to the longest.
struct Padding {
  Padding(const std::vector<std::int64_t>& lengths, const torch::Device& device);
  std::int64_t documents, longest;
  torch::Tensor from;  // [B L] int64: the row a padded place is filled with, for padding the document's last
  torch::Tensor back;  // [T] int64: the padded place of a row
  torch::Tensor lengths;  // [B] int64
};

// As qinglan::attend. Products other than attention's never see padding.
torch::Tensor attend(const torch::Tensor& qkv, const Padding& padding, const AttentionShape& shape);

// hidden [T, C] -> [B, C] fp32: the mean over each document.
torch::Tensor document_means(const torch::Tensor& hidden, std::span<const std::int64_t> lengths);

}  // namespace qinglan::operators
