#pragma once
// Arithmetic shared by the raw loops of row_kernels.cc and attention_kernels.cc, and how they are compiled:
// bodies are templates that inline into plain functions, and those are cloned per instruction set and chosen
// at run time. Include it after `#pragma GCC optimize("O3")`.

#include <bit>
#include <cstdint>

#include "model/row_kernels.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define QL_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QL_CLONES
#endif
#define QL_INLINE inline __attribute__((always_inline))

namespace qinglan::kernel_math {

using row_kernels::Bf16;

constexpr std::int64_t kLanes = 16;  // partial sums, so that reductions vectorise with a fixed order

QL_INLINE float load(float value) { return value; }
QL_INLINE float load(Bf16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}
QL_INLINE void save(float& target, float value) { target = value; }
QL_INLINE void save(Bf16& target, float value) {  // to nearest, ties to even; NaN stays NaN
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  target.bits = static_cast<std::uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
}

// e^x within 2 ulp for x in [-87, 87], clamped outside: range reduction by ln 2 in two parts, then a
// polynomial.
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

// Within 2 ulp or so: a polynomial where 2 sigmoid(2x) - 1 would cancel (minimax on |x| < 0.625, as in
// Cephes).
QL_INLINE float hyperbolic_tangent(float x) {
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float small = p * z * x + x, large = 2.0f * sigmoid(2.0f * x) - 1.0f;
  return z < 0.390625f ? small : large;
}

// Sum of term(i) over [0, width).
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

}  // namespace qinglan::kernel_math
