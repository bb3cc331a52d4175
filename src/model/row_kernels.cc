#include "model/row_kernels.h"

#include <bit>
#include <cmath>

// Bodies are templates that inline into one plain function per type; those are cloned per instruction set.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define QL_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QL_CLONES
#endif
#define QL_INLINE inline __attribute__((always_inline))

namespace qinglan::row_kernels {
namespace {

constexpr std::int64_t kLanes = 16;  // partial sums, so that reductions vectorise with a fixed order

QL_INLINE float load(float value) { return value; }
QL_INLINE float load(Bf16 value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16); }
QL_INLINE void save(float& target, float value) { target = value; }
QL_INLINE void save(Bf16& target, float value) {  // to nearest, ties to even; NaN stays NaN
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  target.bits = static_cast<std::uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
}

// e^x within 2 ulp for x in [-87, 87], clamped outside: range reduction by ln 2 in two parts, then a polynomial.
QL_INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 87.0f ? 87.0f : x;
  const float rounder = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float n = (x * 1.44269504f + rounder) - rounder;
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

QL_INLINE float sigmoid(float x) { return x != x ? x : 1.0f / (1.0f + exponential(-x)); }

template <typename Term>
QL_INLINE float sum_over(std::int64_t width, const Term& term) {
  float lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(i + lane);
  for (std::int64_t lane = 0; i + lane < width; ++lane) lanes[lane] += term(i + lane);
  for (std::int64_t step = kLanes / 2; step > 0; step /= 2)
    for (std::int64_t lane = 0; lane < step; ++lane) lanes[lane] += lanes[lane + step];
  return lanes[0];
}

template <typename T>
QL_INLINE void rms_norm_body(const T* x, const T* weight, T* y, float* scale, std::int64_t rows, std::int64_t width,
                             float eps) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
    const float squares = sum_over(width, [&](std::int64_t i) { return load(x[i]) * load(x[i]); });
    const float s = 1.0f / std::sqrt(squares / static_cast<float>(width) + eps);
    if (scale) scale[row] = s;
    for (std::int64_t i = 0; i < width; ++i) save(y[i], load(x[i]) * s * load(weight[i]));
  }
}

// With n = x s: dx = s (g w - n mean(g w n)), dw = sum over rows of g n.
template <typename T>
QL_INLINE void rms_norm_backward_body(const T* grad, const T* x, const T* weight, const float* scale, T* grad_x,
                                      float* grad_weight, std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, grad += width, grad_x += width) {
    const float s = scale[row];
    const float dot = sum_over(width, [&](std::int64_t i) { return load(grad[i]) * load(weight[i]) * load(x[i]); });
    const float pull = dot * s * s / static_cast<float>(width);
    for (std::int64_t i = 0; i < width; ++i) save(grad_x[i], s * (load(grad[i]) * load(weight[i]) - load(x[i]) * pull));
    if (grad_weight)
      for (std::int64_t i = 0; i < width; ++i) grad_weight[i] += load(grad[i]) * load(x[i]) * s;
  }
}

template <typename T>
QL_INLINE void swiglu_body(const T* gate_up, T* y, std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * width, y += width)
    for (std::int64_t i = 0; i < width; ++i) {
      const float gate = load(gate_up[i]);
      save(y[i], gate * sigmoid(gate) * load(gate_up[width + i]));
    }
}

template <typename T>
QL_INLINE void swiglu_backward_body(const T* grad, const T* gate_up, T* grad_gate_up, std::int64_t rows,
                                    std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, grad += width, gate_up += 2 * width, grad_gate_up += 2 * width)
    for (std::int64_t i = 0; i < width; ++i) {
      const float g = load(grad[i]), gate = load(gate_up[i]), up = load(gate_up[width + i]);
      const float s = sigmoid(gate);
      save(grad_gate_up[i], g * up * s * (1.0f + gate * (1.0f - s)));
      save(grad_gate_up[width + i], g * gate * s);
    }
}

template <typename T>
QL_INLINE void rotate_body(T* x, const float* cos, const float* sin, const std::int64_t* positions, std::int64_t rows,
                           std::int64_t stride, std::int64_t heads, std::int64_t half, float direction) {
  for (std::int64_t row = 0; row < rows; ++row, x += stride) {
    const float* c = cos + positions[row] * half;
    const float* s = sin + positions[row] * half;
    for (std::int64_t head = 0; head < heads; ++head) {
      T* low = x + head * 2 * half;
      T* high = low + half;
      for (std::int64_t j = 0; j < half; ++j) {
        const float a = load(low[j]), b = load(high[j]), turn = s[j] * direction;
        save(low[j], a * c[j] - b * turn);
        save(high[j], b * c[j] + a * turn);
      }
    }
  }
}

}  // namespace

#define QL_KERNELS(T)                                                                                                   \
  QL_CLONES void rms_norm(const T* x, const T* weight, T* y, float* scale, std::int64_t rows, std::int64_t width,      \
                          float eps) {                                                                                 \
    rms_norm_body(x, weight, y, scale, rows, width, eps);                                                              \
  }                                                                                                                    \
  QL_CLONES void rms_norm_backward(const T* grad, const T* x, const T* weight, const float* scale, T* grad_x,          \
                                   float* grad_weight, std::int64_t rows, std::int64_t width) {                       \
    rms_norm_backward_body(grad, x, weight, scale, grad_x, grad_weight, rows, width);                                 \
  }                                                                                                                    \
  QL_CLONES void swiglu(const T* gate_up, T* y, std::int64_t rows, std::int64_t width) {                               \
    swiglu_body(gate_up, y, rows, width);                                                                              \
  }                                                                                                                    \
  QL_CLONES void swiglu_backward(const T* grad, const T* gate_up, T* grad_gate_up, std::int64_t rows,                  \
                                 std::int64_t width) {                                                                 \
    swiglu_backward_body(grad, gate_up, grad_gate_up, rows, width);                                                    \
  }                                                                                                                    \
  QL_CLONES void rotate(T* x, const float* cos, const float* sin, const std::int64_t* positions, std::int64_t rows,    \
                        std::int64_t stride, std::int64_t heads, std::int64_t half, float direction) {                 \
    rotate_body(x, cos, sin, positions, rows, stride, heads, half, direction);                                         \
  }
QL_KERNELS(float)
QL_KERNELS(Bf16)

}  // namespace qinglan::row_kernels
