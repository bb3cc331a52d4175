#pragma once
// A part of a forward pass whose inner states are not kept for the backward pass but computed again there
// (Chen et al. 2016, arXiv:1604.06174): less memory, one more forward pass, the same bits.

#include <torch/torch.h>

#include <functional>

namespace qinglan {

// part(x) of x [T, C], called now and once in the backward pass; what it uses must live until then, and
// it may change its x in place where gradients are off. Parameters that `part` uses get their gradients as if
// it had been called plainly. Call it where gradients are on.
torch::Tensor recomputed(std::function<torch::Tensor(torch::Tensor)> part, const torch::Tensor& x);

}  // namespace qinglan
