#pragma once
// Answers of a model on rows, in the canonical packing: equal inputs give equal bits whenever they are
// computed.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "model/backbone.h"
#include "model/head.h"
#include "model/lora.h"
#include "model/pooling.h"
#include "train/hooks.h"
#include "train/input_rows.h"

namespace qinglan {

struct Student {
  const Backbone* backbone;
  const ClassificationHead* head;
  const LoraAdapter* adapter = nullptr;
  Pooling pooling = Pooling::last;
};

// Logits [n, K] fp32 in row order; no gradients. Throws Error{interrupted}; progress counts rows.
torch::Tensor predict_logits(const Student& student, const InputRows& rows, const RunHooks& hooks = {});

}  // namespace qinglan
