#pragma once
// The backbone's weights with the adapter folded in.

#include <torch/torch.h>

#include <functional>

#include "model/backbone.h"
#include "model/lora.h"

namespace qinglan {

// Calls `take` with every parameter of the backbone in its order, fp32, in the backbone's own layout:
// W + (alpha / r) B A where the adapter has a matrix, W as it is elsewhere. `adapter` null: the weights
// alone. One parameter is held at a time.
void each_merged(const Backbone& backbone, const LoraAdapter* adapter,
                 const std::function<void(const std::string& name, torch::Tensor value)>& take);

}  // namespace qinglan
