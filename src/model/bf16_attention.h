#pragma once
// attention_kernels.h on x86 processors that multiply bf16: products of bf16 operands, summed in fp32.
// Probabilities and the gradients of scores are rounded to bf16 before they are multiplied.

#include <cstdint>

#include "model/attention_kernels.h"
#include "model/bf16_product.h"

namespace qinglan::bf16 {

// As attention_kernels' functions of these names; the processor has the unit.
std::int64_t attention_scratch(const attention_kernels::Job& job, bool backward);
void attention_forward(Unit unit, const attention_kernels::Job& job, const Bf16* qkv, Bf16* context,
                       float* scratch);
void attention_backward(Unit unit, const attention_kernels::Job& job, const Bf16* qkv,
                        const Bf16* grad_context, Bf16* grad_qkv, float* scratch);

}  // namespace qinglan::bf16
