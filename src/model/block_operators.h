#pragma once
// ggml's block types as fp32 by ATen operators, for weights that lie on a device as the file has them. The
// same bits as io/blocks.h, which says how each type is laid out: a scale times a code is exact in fp32, so
// that only a minimum rounds.

#include <torch/torch.h>

#include "io/dtype.h"

namespace qinglan {

// blocks [N, bytes of a block] uint8, contiguous, on any device -> [N, elements of a block] fp32. A type
// without blocks is one of one element.
torch::Tensor decode_blocks(DType dtype, const torch::Tensor& blocks);

}  // namespace qinglan
