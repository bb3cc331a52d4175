#pragma once
// attention_kernels.h on the tile registers of x86 processors: products of bf16 operands, summed in fp32.
// Probabilities and the gradients of scores are rounded to bf16 before they are multiplied.

#include <cstdint>

#include "model/attention_kernels.h"

namespace qinglan::amx {

// As attention_kernels' functions of these names; only where available() says so.
std::int64_t attention_scratch(const attention_kernels::Job& job, bool backward);
void attention_forward(const attention_kernels::Job& job, const row_kernels::Bf16* qkv,
                       row_kernels::Bf16* context, float* scratch);
void attention_backward(const attention_kernels::Job& job, const row_kernels::Bf16* qkv,
                        const row_kernels::Bf16* grad_context, row_kernels::Bf16* grad_qkv, float* scratch);

}  // namespace qinglan::amx
