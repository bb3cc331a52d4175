#pragma once
// The worker's answer to experiment/model_output.h.

#include <torch/torch.h>

#include <string>

#include "experiment/model_output.h"

namespace qinglan {

// fp32: a decoder's logits of the last position [V], an encoder's last hidden states [T, C]. Throws what
// loading and the backbone throw.
torch::Tensor compute_output(const ModelOutputRequest& request);

// {"shape":[...],"values":[...]} in one line, each value with the shortest digits that give it again. Throws
// Error{diverged} for a value that is not finite.
std::string output_document(const torch::Tensor& values);

}  // namespace qinglan
