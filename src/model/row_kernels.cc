// The build's -O2 vectorises no loop of unknown length; these are nothing else.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "model/row_kernels.h"

#include <cmath>

#include "model/kernel_math.h"

namespace qinglan::row_kernels {
namespace {

using namespace kernel_math;

template <typename T>
QL_INLINE void rms_norm_body(const T* x, const T* weight, float offset, T* y, float* scale, std::int64_t rows,
                             std::int64_t width, float eps) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
    const float squares = sum_over(width, [&](std::int64_t i) { return load(x[i]) * load(x[i]); });
    const float s = 1.0f / std::sqrt(squares / static_cast<float>(width) + eps);
    if (scale) scale[row] = s;
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i) save(y[i], load(x[i]) * s * (offset + load(weight[i])));
  }
}

// With n = x s and w the whole scale: dx = s (g w - n mean(g w n)), dw = sum over rows of g n.
template <typename T>
QL_INLINE void rms_norm_backward_body(const T* grad, const T* x, const T* weight, float offset,
                                      const float* scale, T* grad_x, float* grad_weight, std::int64_t rows,
                                      std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, grad += width, grad_x += width) {
    const float s = scale[row];
    const float dot = sum_over(
        width, [&](std::int64_t i) { return load(grad[i]) * (offset + load(weight[i])) * load(x[i]); });
    const float pull = dot * s * s / static_cast<float>(width);
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i)
      save(grad_x[i], s * (load(grad[i]) * (offset + load(weight[i])) - load(x[i]) * pull));
    if (grad_weight)
#pragma GCC ivdep
      for (std::int64_t i = 0; i < width; ++i) grad_weight[i] += load(grad[i]) * load(x[i]) * s;
  }
}

// Both gates are x sigmoid(z(x)): SiLU with z = x, GELU's tanh form with z = 2 sqrt(2 / pi) (x + .044715
// x^3), because (1 + tanh u) / 2 = sigmoid(2 u).
struct Silu {
  static QL_INLINE float z(float x) { return x; }
  static QL_INLINE float slope(float) { return 1.0f; }
};
struct GeluTanh {
  static QL_INLINE float z(float x) { return 1.595769122f * x * (1.0f + 0.044715f * x * x); }
  static QL_INLINE float slope(float x) { return 1.595769122f * (1.0f + 0.134145f * x * x); }
};

template <typename G, typename T>
QL_INLINE void gated_body(const T* gate_up, T* y, std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * width, y += width)
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i) {
      const float gate = load(gate_up[i]);
      save(y[i], gate * sigmoid(G::z(gate)) * load(gate_up[width + i]));
    }
}

template <typename G, typename T>
QL_INLINE void gated_backward_body(const T* grad, const T* gate_up, T* grad_gate_up, std::int64_t rows,
                                   std::int64_t width) {
  for (std::int64_t row = 0; row < rows;
       ++row, gate_up += 2 * width, grad_gate_up += 2 * width, grad += width)
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i) {
      const float g = load(grad[i]), gate = load(gate_up[i]), up = load(gate_up[width + i]);
      const float s = sigmoid(G::z(gate));
      save(grad_gate_up[i], g * up * s * (1.0f + gate * G::slope(gate) * (1.0f - s)));
      save(grad_gate_up[width + i], g * gate * s);
    }
}

template <typename T>
QL_INLINE void rotate_body(T* x, const float* cos, const float* sin, const std::int64_t* positions,
                           std::int64_t rows, const Turn& turn) {
  const std::int64_t half = turn.half;
  for (std::int64_t row = 0; row < rows; ++row, x += turn.stride) {
    const float* c = cos + positions[row] * half;
    const float* s = sin + positions[row] * half;
    for (std::int64_t head = 0; head < turn.heads; ++head) {
      T* low = x + head * turn.head_dim;
      T* high = low + half;
#pragma GCC ivdep
      for (std::int64_t j = 0; j < half; ++j) {
        const float a = load(low[j]), b = load(high[j]), t = s[j] * turn.direction;
        save(low[j], a * c[j] - b * t);
        save(high[j], b * c[j] + a * t);
      }
    }
  }
}

}  // namespace

#define QL_KERNELS(T)                                                                                       \
  QL_CLONES void rms_norm(const T* x, const T* weight, float offset, T* y, float* scale, std::int64_t rows, \
                          std::int64_t width, float eps) {                                                  \
    rms_norm_body(x, weight, offset, y, scale, rows, width, eps);                                           \
  }                                                                                                         \
  QL_CLONES void rms_norm_backward(const T* grad, const T* x, const T* weight, float offset,                \
                                   const float* scale, T* grad_x, float* grad_weight, std::int64_t rows,    \
                                   std::int64_t width) {                                                    \
    rms_norm_backward_body(grad, x, weight, offset, scale, grad_x, grad_weight, rows, width);               \
  }                                                                                                         \
  QL_CLONES void gated(Gate gate, const T* gate_up, T* y, std::int64_t rows, std::int64_t width) {          \
    if (gate == Gate::silu)                                                                                 \
      gated_body<Silu>(gate_up, y, rows, width);                                                            \
    else                                                                                                    \
      gated_body<GeluTanh>(gate_up, y, rows, width);                                                        \
  }                                                                                                         \
  QL_CLONES void gated_backward(Gate gate, const T* grad, const T* gate_up, T* grad_gate_up,                \
                                std::int64_t rows, std::int64_t width) {                                    \
    if (gate == Gate::silu)                                                                                 \
      gated_backward_body<Silu>(grad, gate_up, grad_gate_up, rows, width);                                  \
    else                                                                                                    \
      gated_backward_body<GeluTanh>(grad, gate_up, grad_gate_up, rows, width);                              \
  }                                                                                                         \
  QL_CLONES void rotate(T* x, const float* cos, const float* sin, const std::int64_t* positions,            \
                        std::int64_t rows, const Turn& turn) {                                              \
    rotate_body(x, cos, sin, positions, rows, turn);                                                        \
  }
QL_KERNELS(float)
QL_KERNELS(Bf16)

}  // namespace qinglan::row_kernels
