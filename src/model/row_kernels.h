#pragma once
// Raw loops behind kernels.h, over rows [0, rows). Compiled once per instruction set and chosen at run time.
// Bf16 values are the upper halves of fp32.

#include <cstdint>

namespace qinglan::row_kernels {

struct Bf16 {
  std::uint16_t bits;
};

// The scale of element i is offset + weight[i].
void rms_norm(const float* x, const float* weight, float offset, float* y, float* scale, std::int64_t rows,
              std::int64_t width, float eps);
void rms_norm(const Bf16* x, const Bf16* weight, float offset, Bf16* y, float* scale, std::int64_t rows,
              std::int64_t width, float eps);
// grad_weight [C] fp32 is added to; null leaves it out.
void rms_norm_backward(const float* grad, const float* x, const float* weight, float offset,
                       const float* scale, float* grad_x, float* grad_weight, std::int64_t rows,
                       std::int64_t width);
void rms_norm_backward(const Bf16* grad, const Bf16* x, const Bf16* weight, float offset, const float* scale,
                       Bf16* grad_x, float* grad_weight, std::int64_t rows, std::int64_t width);

enum class Gate { silu, gelu_tanh };
void gated(Gate gate, const float* gate_up, float* y, std::int64_t rows, std::int64_t width);
void gated(Gate gate, const Bf16* gate_up, Bf16* y, std::int64_t rows, std::int64_t width);
void gated_backward(Gate gate, const float* grad, const float* gate_up, float* grad_gate_up,
                    std::int64_t rows, std::int64_t width);
void gated_backward(Gate gate, const Bf16* grad, const Bf16* gate_up, Bf16* grad_gate_up, std::int64_t rows,
                    std::int64_t width);

// Heads of `head_dim` elements, of which the first 2 `half` turn in pairs (j, j + half). `direction` 1
// rotates forward, -1 back.
struct Turn {
  std::int64_t stride;  // elements from one row to the next
  std::int64_t heads, head_dim, half;
  float direction;
};
void rotate(float* x, const float* cos, const float* sin, const std::int64_t* positions, std::int64_t rows,
            const Turn& turn);
void rotate(Bf16* x, const float* cos, const float* sin, const std::int64_t* positions, std::int64_t rows,
            const Turn& turn);

}  // namespace qinglan::row_kernels
