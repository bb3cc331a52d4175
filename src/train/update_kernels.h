#pragma once
// Raw loops of the optimizer, one pass over memory each. Compiled once per instruction set and chosen at run
// time.

#include <cstdint>

#include "model/row_kernels.h"

namespace qinglan::update_kernels {

using row_kernels::Bf16;

// Sum of x^2 over [0, count), in lanes of a fixed order.
double square_sum(const float* x, std::int64_t count);
double square_sum(const Bf16* x, std::int64_t count);

// One step of AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2), with its factors at this step.
struct Step {
  float beta2, epsilon;
  float first, second;  // 1 - beta1 and 1 - beta2: not to be had from their roundings
  float decay;          // 1 - lr weight_decay
  float rate;           // lr / (1 - beta1^t)
  float deviation;      // 1 / sqrt(1 - beta2^t)
  float gradient;       // the gradient is multiplied by it
};

struct Parameters {
  float *master, *m, *v;
  Bf16* copy;  // the masters' rounding is written to it; null: none
};

// Parameters [0, count). Without a gradient (null) it is zero.
void adamw(const Step& step, const Parameters& parameters, const float* gradient, std::int64_t count);
void adamw(const Step& step, const Parameters& parameters, const Bf16* gradient, std::int64_t count);

}  // namespace qinglan::update_kernels
