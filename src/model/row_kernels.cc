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
QL_INLINE void rms_norm_body(const T* x, const T* weight, T* y, float* scale, std::int64_t rows,
                             std::int64_t width, float eps) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
    const float squares = sum_over(width, [&](std::int64_t i) { return load(x[i]) * load(x[i]); });
    const float s = 1.0f / std::sqrt(squares / static_cast<float>(width) + eps);
    if (scale) scale[row] = s;
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i) save(y[i], load(x[i]) * s * load(weight[i]));
  }
}

// With n = x s: dx = s (g w - n mean(g w n)), dw = sum over rows of g n.
template <typename T>
QL_INLINE void rms_norm_backward_body(const T* grad, const T* x, const T* weight, const float* scale,
                                      T* grad_x, float* grad_weight, std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, grad += width, grad_x += width) {
    const float s = scale[row];
    const float dot =
        sum_over(width, [&](std::int64_t i) { return load(grad[i]) * load(weight[i]) * load(x[i]); });
    const float pull = dot * s * s / static_cast<float>(width);
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i)
      save(grad_x[i], s * (load(grad[i]) * load(weight[i]) - load(x[i]) * pull));
    if (grad_weight)
#pragma GCC ivdep
      for (std::int64_t i = 0; i < width; ++i) grad_weight[i] += load(grad[i]) * load(x[i]) * s;
  }
}

template <typename T>
QL_INLINE void swiglu_body(const T* gate_up, T* y, std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * width, y += width)
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i) {
      const float gate = load(gate_up[i]);
      save(y[i], gate * sigmoid(gate) * load(gate_up[width + i]));
    }
}

template <typename T>
QL_INLINE void swiglu_backward_body(const T* grad, const T* gate_up, T* grad_gate_up, std::int64_t rows,
                                    std::int64_t width) {
  for (std::int64_t row = 0; row < rows;
       ++row, grad += width, gate_up += 2 * width, grad_gate_up += 2 * width)
#pragma GCC ivdep
    for (std::int64_t i = 0; i < width; ++i) {
      const float g = load(grad[i]), gate = load(gate_up[i]), up = load(gate_up[width + i]);
      const float s = sigmoid(gate);
      save(grad_gate_up[i], g * up * s * (1.0f + gate * (1.0f - s)));
      save(grad_gate_up[width + i], g * gate * s);
    }
}

template <typename T>
QL_INLINE void rotate_body(T* x, const float* cos, const float* sin, const std::int64_t* positions,
                           std::int64_t rows, std::int64_t stride, std::int64_t heads, std::int64_t half,
                           float direction) {
  for (std::int64_t row = 0; row < rows; ++row, x += stride) {
    const float* c = cos + positions[row] * half;
    const float* s = sin + positions[row] * half;
    for (std::int64_t head = 0; head < heads; ++head) {
      T* low = x + head * 2 * half;
      T* high = low + half;
#pragma GCC ivdep
      for (std::int64_t j = 0; j < half; ++j) {
        const float a = load(low[j]), b = load(high[j]), turn = s[j] * direction;
        save(low[j], a * c[j] - b * turn);
        save(high[j], b * c[j] + a * turn);
      }
    }
  }
}

}  // namespace

#define QL_KERNELS(T)                                                                                      \
  QL_CLONES void rms_norm(const T* x, const T* weight, T* y, float* scale, std::int64_t rows,              \
                          std::int64_t width, float eps) {                                                 \
    rms_norm_body(x, weight, y, scale, rows, width, eps);                                                  \
  }                                                                                                        \
  QL_CLONES void rms_norm_backward(const T* grad, const T* x, const T* weight, const float* scale,         \
                                   T* grad_x, float* grad_weight, std::int64_t rows, std::int64_t width) { \
    rms_norm_backward_body(grad, x, weight, scale, grad_x, grad_weight, rows, width);                      \
  }                                                                                                        \
  QL_CLONES void swiglu(const T* gate_up, T* y, std::int64_t rows, std::int64_t width) {                   \
    swiglu_body(gate_up, y, rows, width);                                                                  \
  }                                                                                                        \
  QL_CLONES void swiglu_backward(const T* grad, const T* gate_up, T* grad_gate_up, std::int64_t rows,      \
                                 std::int64_t width) {                                                     \
    swiglu_backward_body(grad, gate_up, grad_gate_up, rows, width);                                        \
  }                                                                                                        \
  QL_CLONES void rotate(T* x, const float* cos, const float* sin, const std::int64_t* positions,           \
                        std::int64_t rows, std::int64_t stride, std::int64_t heads, std::int64_t half,     \
                        float direction) {                                                                 \
    rotate_body(x, cos, sin, positions, rows, stride, heads, half, direction);                             \
  }
QL_KERNELS(float)
QL_KERNELS(Bf16)

}  // namespace qinglan::row_kernels
