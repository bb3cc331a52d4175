// The build's -O2 vectorises no loop of unknown length; these are nothing else.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include "model/attention_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "model/kernel_math.h"

namespace qinglan::attention_kernels {
namespace {

using namespace kernel_math;

constexpr std::int64_t kVector = 16;      // floats of one register at most
constexpr std::int64_t kQueryBlock = 64;  // queries whose scores are held at once
constexpr std::int64_t kRowTile = 4;

using Vector = float __attribute__((vector_size(kVector * sizeof(float)), aligned(sizeof(float)), may_alias));

QL_INLINE std::int64_t padded(std::int64_t n) { return (n + kVector - 1) / kVector * kVector; }

// What a tile of rows has to compute: inner indices [begin, end), columns [0, columns), a multiple of
// kVector.
struct Extent {
  std::int64_t begin, end, columns;
};

// c[r][0..16 * Width) (+)= sum over k of a[r * row_step + k * step] * b[k][...].
template <int Rows, int Width>
QL_INLINE void multiply_tile(const float* a, std::int64_t row_step, std::int64_t step, const float* b,
                             std::int64_t b_stride, float* c, std::int64_t c_stride, const Extent& extent,
                             bool add) {
  Vector sum[Rows][Width];
  for (int r = 0; r < Rows; ++r)
    for (int w = 0; w < Width; ++w)
      sum[r][w] = add ? *reinterpret_cast<const Vector*>(c + r * c_stride + w * kVector) : Vector{};
  for (std::int64_t k = extent.begin; k < extent.end; ++k)
    for (int w = 0; w < Width; ++w) {
      const Vector column = *reinterpret_cast<const Vector*>(b + k * b_stride + w * kVector);
      for (int r = 0; r < Rows; ++r) sum[r][w] += column * a[r * row_step + k * step];
    }
  for (int r = 0; r < Rows; ++r)
    for (int w = 0; w < Width; ++w) *reinterpret_cast<Vector*>(c + r * c_stride + w * kVector) = sum[r][w];
}

template <int Rows>
QL_INLINE void multiply_rows(const float* a, std::int64_t row_step, std::int64_t step, const float* b,
                             std::int64_t b_stride, float* c, std::int64_t c_stride, const Extent& extent,
                             bool add) {
  std::int64_t column = 0;
  for (; column + 2 * kVector <= extent.columns; column += 2 * kVector)
    multiply_tile<Rows, 2>(a, row_step, step, b + column, b_stride, c + column, c_stride, extent, add);
  if (column < extent.columns)
    multiply_tile<Rows, 1>(a, row_step, step, b + column, b_stride, c + column, c_stride, extent, add);
}

// C (+)= A B, rows in tiles; `extent_of(first, last)` says which part a tile of rows [first, last] needs.
template <typename ExtentOf>
QL_INLINE void multiply(const float* a, std::int64_t row_step, std::int64_t step, const float* b,
                        std::int64_t b_stride, float* c, std::int64_t c_stride, std::int64_t rows, bool add,
                        const ExtentOf& extent_of) {
  std::int64_t row = 0;
  for (; row + kRowTile <= rows; row += kRowTile)
    multiply_rows<kRowTile>(a + row * row_step, row_step, step, b, b_stride, c + row * c_stride, c_stride,
                            extent_of(row, row + kRowTile - 1), add);
  for (; row < rows; ++row)
    multiply_rows<1>(a + row * row_step, row_step, step, b, b_stride, c + row * c_stride, c_stride,
                     extent_of(row, row), add);
}

// Rows of `width` columns, scaled, each padded with zeros to `stride`.
template <typename T>
QL_INLINE void load_rows(const T* from, std::int64_t from_stride, std::int64_t rows, std::int64_t width,
                         float scale, float* to, std::int64_t stride) {
  for (std::int64_t row = 0; row < rows; ++row, from += from_stride, to += stride) {
    for (std::int64_t i = 0; i < width; ++i) to[i] = load(from[i]) * scale;
    for (std::int64_t i = width; i < stride; ++i) to[i] = 0;
  }
}

// The transpose: to[i][row], rows padded with zeros to `stride`.
template <typename T>
QL_INLINE void load_columns(const T* from, std::int64_t from_stride, std::int64_t rows, std::int64_t width,
                            float* to, std::int64_t stride) {
  for (std::int64_t i = 0; i < width; ++i) {
    for (std::int64_t row = 0; row < rows; ++row) to[i * stride + row] = load(from[row * from_stride + i]);
    for (std::int64_t row = rows; row < stride; ++row) to[i * stride + row] = 0;
  }
}

template <typename T>
QL_INLINE void save_rows(const float* from, std::int64_t stride, std::int64_t rows, std::int64_t width,
                         float scale, T* to, std::int64_t to_stride) {
  for (std::int64_t row = 0; row < rows; ++row, from += stride, to += to_stride)
    for (std::int64_t i = 0; i < width; ++i) save(to[i], from[i] * scale);
}

// Softmax of the first `seen` scores.
QL_INLINE void softmax(float* scores, std::int64_t seen) {
  float lanes[kLanes];
  for (auto& lane : lanes) lane = scores[0];
  std::int64_t i = 0;
  for (; i + kLanes <= seen; i += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = lanes[lane] < scores[i + lane] ? scores[i + lane] : lanes[lane];
  for (; i < seen; ++i) lanes[0] = lanes[0] < scores[i] ? scores[i] : lanes[0];
  float largest = lanes[0];
  for (const float lane : lanes) largest = largest < lane ? lane : largest;
  for (i = 0; i < seen; ++i) scores[i] = exponential(scores[i] - largest);
  const float scale = 1.0f / sum_over(seen, [&](std::int64_t j) { return scores[j]; });
  for (i = 0; i < seen; ++i) scores[i] *= scale;
}

// score -> cap tanh(score / cap). Where `slopes` is given it gets the derivative, 1 - tanh^2.
QL_INLINE void soften_body(float* scores, float* slopes, std::int64_t count, float cap) {
  const float inverse = 1.0f / cap;
  for (std::int64_t i = 0; i < count; ++i) {
    const float t = hyperbolic_tangent(scores[i] * inverse);
    scores[i] = cap * t;
    if (slopes) slopes[i] = 1.0f - t * t;
  }
}

// scores [count, stride] = softmax of q k^T, q already scaled; keys that a query does not see get 0.
// `slopes`, if given, gets the cap's derivatives in the same layout.
QL_INLINE void probabilities(const Block& block, std::int64_t dim, float cap, const float* q,
                             std::int64_t q_stride, const float* k_columns, float* scores, float* slopes,
                             std::int64_t stride) {
  multiply(q, q_stride, 1, k_columns, stride, scores, stride, block.count, false,
           [&](std::int64_t, std::int64_t last) {
             return Extent{0, dim, padded(block.seen(last))};
           });
  const std::int64_t end = padded(block.keys());
  for (std::int64_t query = 0; query < block.count; ++query) {
    float* row = scores + query * stride;
    const std::int64_t from = block.from(query), seen = block.seen(query);
    if (cap > 0) soften_body(row + from, slopes ? slopes + query * stride + from : nullptr, seen - from, cap);
    softmax(row + from, seen - from);
    std::fill(row, row + from, 0.0f);
    std::fill(row + seen, row + end, 0.0f);
  }
}

template <typename T>
QL_INLINE void forward_body(const Job& job, const T* qkv, T* context, float* scratch) {
  const std::int64_t length = job.length, dim = job.head_dim, stride = job.stride(),
                     shared = job.heads / job.kv_heads;
  const std::int64_t wide = padded(dim), keys = padded(length);
  float* k_columns = scratch;
  float* v = k_columns + dim * keys;
  float* q = v + length * wide;
  float* scores = q + kQueryBlock * wide;
  float* out = scores + kQueryBlock * keys;
  load_columns(qkv + (job.heads + job.kv_head) * dim, stride, length, dim, k_columns, keys);
  load_rows(qkv + (job.heads + job.kv_heads + job.kv_head) * dim, stride, length, dim, 1.0f, v, wide);
  for (std::int64_t head = job.kv_head * shared; head < (job.kv_head + 1) * shared; ++head)
    for (std::int64_t first = job.first_query; first < length; first += kQueryBlock) {
      const Block block{first, std::min(kQueryBlock, length - first), length, job.causal, job.reach};
      load_rows(qkv + first * stride + head * dim, stride, block.count, dim, job.scale, q, wide);
      probabilities(block, dim, job.cap, q, wide, k_columns, scores, nullptr, keys);
      multiply(scores, keys, 1, v, wide, out, wide, block.count, false,
               [&](std::int64_t begin, std::int64_t last) {
                 return Extent{block.from(begin), block.seen(last), wide};
               });
      save_rows(out, wide, block.count, dim, 1.0f, context + first * job.heads * dim + head * dim,
                job.heads * dim);
    }
}

// With P the probabilities and g the gradient of the context: dV = P^T g, dP = g V^T, dS = P (dP - rowsum(P
// dP)) times the cap's slope, dQ = scale dS K, dK = scale dS^T Q.
template <typename T>
QL_INLINE void backward_body(const Job& job, const T* qkv, const T* grad_context, T* grad_qkv,
                             float* scratch) {
  const std::int64_t length = job.length, dim = job.head_dim, stride = job.stride(),
                     shared = job.heads / job.kv_heads;
  const std::int64_t wide = padded(dim), keys = padded(length);
  float* k_columns = scratch;
  float* v_columns = k_columns + dim * keys;
  float* k = v_columns + dim * keys;
  float* grad_k = k + length * wide;
  float* grad_v = grad_k + length * wide;
  float* q = grad_v + length * wide;
  float* grad = q + kQueryBlock * wide;
  float* grad_q = grad + kQueryBlock * wide;
  float* scores = grad_q + kQueryBlock * wide;
  float* grad_scores = scores + kQueryBlock * keys;
  float* slopes = job.cap > 0 ? grad_scores + kQueryBlock * keys : nullptr;
  const std::int64_t k_at = (job.heads + job.kv_head) * dim,
                     v_at = (job.heads + job.kv_heads + job.kv_head) * dim;
  load_columns(qkv + k_at, stride, length, dim, k_columns, keys);
  load_columns(qkv + v_at, stride, length, dim, v_columns, keys);
  load_rows(qkv + k_at, stride, length, dim, 1.0f, k, wide);
  std::memset(grad_k, 0, static_cast<std::size_t>(2 * length * wide) * sizeof(float));
  for (std::int64_t head = job.kv_head * shared; head < (job.kv_head + 1) * shared; ++head)
    for (std::int64_t first = job.first_query; first < length; first += kQueryBlock) {
      const Block block{first, std::min(kQueryBlock, length - first), length, job.causal, job.reach};
      load_rows(qkv + first * stride + head * dim, stride, block.count, dim, job.scale, q, wide);
      load_rows(grad_context + first * job.heads * dim + head * dim, job.heads * dim, block.count, dim, 1.0f,
                grad, wide);
      probabilities(block, dim, job.cap, q, wide, k_columns, scores, slopes, keys);
      const auto of_key = [&](std::int64_t key, std::int64_t last) {
        return Extent{block.first_query(key), block.end_query(last), wide};
      };
      multiply(scores, 1, keys, grad, wide, grad_v, wide, block.keys(), true, of_key);
      multiply(grad, wide, 1, v_columns, keys, grad_scores, keys, block.count, false,
               [&](std::int64_t, std::int64_t last) {
                 return Extent{0, dim, padded(block.seen(last))};
               });
      for (std::int64_t query = 0; query < block.count; ++query) {
        float* p = scores + query * keys;
        float* d = grad_scores + query * keys;
        const std::int64_t from = block.from(query), seen = block.seen(query);
        const float mean = sum_over(seen - from, [&](std::int64_t j) { return p[from + j] * d[from + j]; });
        for (std::int64_t j = from; j < seen; ++j) d[j] = p[j] * (d[j] - mean);
        if (slopes)
          for (std::int64_t j = from; j < seen; ++j) d[j] *= slopes[query * keys + j];
        std::fill(d, d + from, 0.0f);
        std::fill(d + seen, d + padded(block.keys()), 0.0f);
      }
      multiply(grad_scores, keys, 1, k, wide, grad_q, wide, block.count, false,
               [&](std::int64_t begin, std::int64_t last) {
                 return Extent{block.from(begin), block.seen(last), wide};
               });
      multiply(grad_scores, 1, keys, q, wide, grad_k, wide, block.keys(), true, of_key);
      save_rows(grad_q, wide, block.count, dim, job.scale, grad_qkv + first * stride + head * dim, stride);
    }
  save_rows(grad_k, wide, length, dim, 1.0f, grad_qkv + k_at, stride);
  save_rows(grad_v, wide, length, dim, 1.0f, grad_qkv + v_at, stride);
}

template <typename T>
QL_INLINE void add_rows_body(T* row, const T* from, std::span<const std::int64_t> rows, std::int64_t width) {
  for (std::int64_t column = 0; column < width; column += kVector) {
    const std::int64_t columns = std::min(kVector, width - column);
    float sums[kVector];
    for (std::int64_t i = 0; i < columns; ++i) sums[i] = load(row[column + i]);
    for (const auto number : rows)
      for (std::int64_t i = 0; i < columns; ++i) sums[i] += load(from[number * width + column + i]);
    for (std::int64_t i = 0; i < columns; ++i) save(row[column + i], sums[i]);
  }
}

}  // namespace

std::int64_t scratch_size(const Job& job, bool backward) {
  const std::int64_t wide = padded(job.head_dim), keys = padded(job.length);
  if (!backward) return job.head_dim * keys + job.length * wide + kQueryBlock * (2 * wide + keys);
  const std::int64_t scores = job.cap > 0 ? 3 : 2;  // probabilities, their gradient, the cap's slopes
  return 2 * job.head_dim * keys + 3 * job.length * wide + kQueryBlock * (3 * wide + scores * keys);
}

QL_CLONES void soften(float* scores, float* slopes, std::int64_t count, float cap) {
  soften_body(scores, slopes, count, cap);
}

#define QL_KERNELS(T)                                                                                      \
  QL_CLONES void forward(const Job& job, const T* qkv, T* context, float* scratch) {                       \
    forward_body(job, qkv, context, scratch);                                                              \
  }                                                                                                        \
  QL_CLONES void backward(const Job& job, const T* qkv, const T* grad_context, T* grad_qkv,                \
                          float* scratch) {                                                                \
    backward_body(job, qkv, grad_context, grad_qkv, scratch);                                              \
  }                                                                                                        \
  QL_CLONES void add_rows(T* row, const T* from, std::span<const std::int64_t> rows, std::int64_t width) { \
    add_rows_body(row, from, rows, width);                                                                 \
  }
QL_KERNELS(float)
QL_KERNELS(Bf16)

}  // namespace qinglan::attention_kernels
