// The build's -O2 vectorises no loop of unknown length; these are nothing else.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "train/update_kernels.h"

#include <cmath>

#include "model/kernel_math.h"

namespace qinglan::update_kernels {
namespace {

using namespace kernel_math;

constexpr std::int64_t kSumBlock = 1024;  // squares that are summed in fp32 before they go on in double

template <typename T>
QL_INLINE double square_sum_body(const T* x, std::int64_t count) {
  double sum = 0;
  for (std::int64_t begin = 0; begin < count; begin += kSumBlock) {
    const std::int64_t width = count - begin < kSumBlock ? count - begin : kSumBlock;
    const T* block = x + begin;
    sum += sum_over(width, [&](std::int64_t i) { return load(block[i]) * load(block[i]); });
  }
  return sum;
}

// gradient(i) is the gradient of parameter i. By value: what a store may alias cannot stay in a register.
template <bool Copy, typename Gradient>
QL_INLINE void adamw_body(const Step s, const Parameters p, const Gradient gradient, std::int64_t count) {
  float *master = p.master, *first = p.m, *second = p.v;
  Bf16* copy = p.copy;
#pragma GCC ivdep
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient(i) * s.gradient;
    const float m = first[i] + (g - first[i]) * s.first;
    const float v = s.beta2 * second[i] + s.second * g * g;
    const float value = master[i] * s.decay - s.rate * m / (std::sqrt(v) * s.deviation + s.epsilon);
    first[i] = m;
    second[i] = v;
    master[i] = value;
    if constexpr (Copy) save(copy[i], value);
  }
}

template <typename T>
QL_INLINE void adamw_any(const Step& s, const Parameters& p, const T* gradient, std::int64_t count) {
  const auto given = [gradient](std::int64_t i) { return load(gradient[i]); };
  const auto none = [](std::int64_t) { return 0.0f; };
  if (gradient)
    p.copy ? adamw_body<true>(s, p, given, count) : adamw_body<false>(s, p, given, count);
  else
    p.copy ? adamw_body<true>(s, p, none, count) : adamw_body<false>(s, p, none, count);
}

}  // namespace

#define QL_KERNELS(T)                                                                               \
  QL_CLONES double square_sum(const T* x, std::int64_t count) { return square_sum_body(x, count); } \
  QL_CLONES void adamw(const Step& step, const Parameters& parameters, const T* gradient,           \
                       std::int64_t count) {                                                        \
    adamw_any(step, parameters, gradient, count);                                                   \
  }
QL_KERNELS(float)
QL_KERNELS(Bf16)

}  // namespace qinglan::update_kernels
