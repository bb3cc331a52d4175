#include "model/bf16_attention.h"

#if defined(__x86_64__)

#include <algorithm>
#include <cstring>
#include <limits>

#include "model/amx_tiles.h"
#include "model/avx512_vectors.h"

namespace qinglan::bf16 {
namespace {

using attention_kernels::Block;
using attention_kernels::Job;

// A document's sizes in whole panels, and where its heads are.
struct Sizes {
  explicit Sizes(const Job& job)
      : dim(job.head_dim),
        length(job.length),
        stride(job.stride()),
        dim_panels(panels_of(dim)),
        key_panels(panels_of(length)),
        wide(dim_panels * kSide),
        keys(key_panels * kSide),
        k_at((job.heads + job.kv_head) * dim),
        v_at((job.heads + job.kv_heads + job.kv_head) * dim),
        first_head(job.kv_head * (job.heads / job.kv_heads)),
        end_head(first_head + job.heads / job.kv_heads) {}
  std::int64_t dim, length, stride;
  std::int64_t dim_panels, key_panels;
  std::int64_t wide, keys;            // dim and length, padded
  std::int64_t k_at, v_at;            // columns of qkv
  std::int64_t first_head, end_head;  // the job's query heads
};

// Parts of scratch, each on a line of the cache of its own.
class Scratch {
 public:
  explicit Scratch(float* memory)
      : next_(reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(memory) + 63) / 64 * 64)) {}
  float* floats(std::int64_t count) {
    float* part = next_;
    next_ += count;
    return part;
  }
  Bf16* bf16(std::int64_t count) { return reinterpret_cast<Bf16*>(floats(count / 2)); }

 private:
  float* next_;
};

// Blocks of a unit: what multiplies them, and between which calls.
struct TileBlocks {
  QL_AMX static void begin() { _tile_loadconfig(&kEightTiles); }
  QL_AMX static void end() { _tile_release(); }

  // c [32, 32] (+)= a b, so many steps of both; `stride` floats from one row of c to the next.
  QL_AMX static void multiply(const Rows& a, const Bf16* b, std::int64_t steps, float* c, std::int64_t stride,
                              bool add) {
    const std::int64_t bytes = 4 * stride, bytes_of_a = 2 * a.stride;
    float* lower = c + 16 * stride;
    asm volatile("" ::: "memory");  // GCC 12 takes no note of what loads of tiles read
    if (add) {
      _tile_loadd(0, c, bytes);
      _tile_loadd(1, c + 16, bytes);
      _tile_loadd(2, lower, bytes);
      _tile_loadd(3, lower + 16, bytes);
    } else {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    }
    for (std::int64_t step = 0; step < steps; ++step, b += kStep) {
      _tile_loadd(6, b, 64);
      _tile_loadd(4, a.first + step * a.step, bytes_of_a);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, b + kTile, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, a.second + step * a.step, bytes_of_a);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, c, bytes);
    _tile_stored(1, c + 16, bytes);
    _tile_stored(2, lower, bytes);
    _tile_stored(3, lower + 16, bytes);
  }
};

struct VectorBlocks {
  static void begin() {}
  static void end() {}

  QL_BF16 static void multiply(const Rows& a, const Bf16* b, std::int64_t steps, float* c,
                               std::int64_t stride, bool add) {
    for (int row = 0; row < kSide; row += kRowsOfVectors, c += kRowsOfVectors * stride) {
      const Bf16* first = row < 16 ? a.first + row * a.stride : a.second + (row - 16) * a.stride;
      Sums sums;
#pragma GCC unroll 8
      for (int i = 0; i < kRowsOfVectors; ++i) {
        sums[i][0] = add ? _mm512_load_ps(c + i * stride) : _mm512_setzero_ps();
        sums[i][1] = add ? _mm512_load_ps(c + i * stride + 16) : _mm512_setzero_ps();
      }
      add_steps({first, nullptr, a.step, a.stride}, b, steps, sums);
#pragma GCC unroll 8
      for (int i = 0; i < kRowsOfVectors; ++i) {
        _mm512_store_ps(c + i * stride, sums[i][0]);
        _mm512_store_ps(c + i * stride + 16, sums[i][1]);
      }
    }
  }
};

// The panels of keys that a block of queries needs.
struct Seen {
  explicit Seen(const Block& block) : begin(block.from(0) / kSide), end(panels_of(block.keys())) {}
  std::int64_t begin, end;
  std::int64_t count() const { return end - begin; }
};

// A block of queries against the panels of keys that it sees: products [32, keys], of which the other columns
// are left as they are.
template <typename Blocks>
void multiply_keys(const Sizes& s, const Seen& seen, const Bf16* queries, const Bf16* panels,
                   float* products) {
  const std::int64_t panel_size = s.dim_panels * kStep;
  for (std::int64_t panel = seen.begin; panel < seen.end; ++panel)
    Blocks::multiply(rows_of_panel(queries), panels + panel * panel_size, s.dim_panels,
                     products + panel * kSide, s.keys, false);
}

// weights [32, keys] times rows that lie by k in panels [dim_panels][key_panels] -> out [32, wide].
template <typename Blocks>
void multiply_weights(const Sizes& s, const Seen& seen, const Bf16* weights, const Bf16* panels, float* out) {
  for (std::int64_t panel = 0; panel < s.dim_panels; ++panel)
    Blocks::multiply(rows_of_matrix(weights + seen.begin * kSide, s.keys),
                     panels + (panel * s.key_panels + seen.begin) * kStep, seen.count(), out + panel * kSide,
                     s.wide, false);
}

// sums [keys, wide] += weights [32, keys]^T times a block of rows that lies by k in panels [dim_panels].
template <typename Blocks>
void add_to_keys(const Sizes& s, const Seen& seen, const Bf16* weights, const Bf16* panels, float* sums) {
  alignas(64) Bf16 turned[kStep];
  for (std::int64_t key = seen.begin; key < seen.end; ++key) {
    pack({weights + key * kSide, s.keys, true}, Form::a, kSide, kSide, turned);
    for (std::int64_t panel = 0; panel < s.dim_panels; ++panel)
      Blocks::multiply(rows_of_panel(turned), panels + panel * kStep, 1,
                       sums + key * kSide * s.wide + panel * kSide, s.wide, true);
  }
}

// Rows of [32, keys] behind the last query of a block.
void clear_behind(const Block& block, const Sizes& s, Bf16* rows) {
  std::memset(rows + block.count * s.keys, 0,
              static_cast<std::size_t>((kSide - block.count) * s.keys) * sizeof(Bf16));
}

// The columns of a row of scores that its query sees.
struct Visible {
  std::int64_t from, seen;
  __mmask16 at(std::int64_t column) const {  // of the 16 from there on
    const auto first = std::clamp<std::int64_t>(from - column, 0, 16),
               last = std::clamp<std::int64_t>(seen - column, 0, 16);
    return static_cast<__mmask16>((1u << last) - (1u << first));
  }
};

QL_BF16 inline void write_rounded(Bf16* to, __m512 low, __m512 high) {
  _mm512_store_si512(to, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

// Scaled scores become probabilities, also rounded to p; columns outside `visible` get 0.
QL_BF16 inline void softmax(const Visible& visible, const Seen& seen, float scale, float* scores, Bf16* p) {
  const std::int64_t begin = seen.begin * kSide, end = seen.end * kSide;
  const __m512 unseen = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  __m512 largest = unseen, sum = _mm512_setzero_ps();
  for (std::int64_t i = begin; i < end; i += 16) {
    const __m512 score =
        _mm512_mask_mul_ps(unseen, visible.at(i), _mm512_load_ps(scores + i), _mm512_set1_ps(scale));
    _mm512_store_ps(scores + i, score);
    largest = _mm512_max_ps(largest, score);
  }
  largest = _mm512_set1_ps(_mm512_reduce_max_ps(largest));
  for (std::int64_t i = begin; i < end; i += 16) {
    const __m512 power = exponential(_mm512_sub_ps(_mm512_load_ps(scores + i), largest)),
                 weight = _mm512_maskz_mov_ps(visible.at(i), power);
    _mm512_store_ps(scores + i, weight);
    sum = _mm512_add_ps(sum, weight);
  }
  const __m512 share = _mm512_set1_ps(1.0f / _mm512_reduce_add_ps(sum));
  for (std::int64_t i = begin; i < end; i += kSide) {
    const __m512 low = _mm512_mul_ps(_mm512_load_ps(scores + i), share),
                 high = _mm512_mul_ps(_mm512_load_ps(scores + i + 16), share);
    _mm512_store_ps(scores + i, low);
    _mm512_store_ps(scores + i + 16, high);
    write_rounded(p + i, low, high);
  }
}

// From dL/dP to dL/dS = P (g - rowsum(P g)) times the cap's slope, rounded; 0 outside `visible`.
QL_BF16 inline void score_gradients(const Visible& visible, const Seen& seen, const float* p,
                                    const float* slopes, const float* g, Bf16* d) {
  const std::int64_t begin = seen.begin * kSide, end = seen.end * kSide;
  __m512 sum = _mm512_setzero_ps();
  for (std::int64_t i = begin; i < end; i += 16)
    sum = _mm512_mask3_fmadd_ps(_mm512_load_ps(p + i), _mm512_load_ps(g + i), sum, visible.at(i));
  const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum));
  const auto part = [&](std::int64_t i) QL_BF16 {
    const __m512 of =
        _mm512_maskz_mul_ps(visible.at(i), _mm512_load_ps(p + i), _mm512_sub_ps(_mm512_load_ps(g + i), mean));
    return slopes ? _mm512_maskz_mul_ps(visible.at(i), of, _mm512_load_ps(slopes + i)) : of;
  };
  for (std::int64_t i = begin; i < end; i += kSide) write_rounded(d + i, part(i), part(i + 16));
}

// Rows [rows, dim], `stride` floats apart, scaled and rounded; `to_stride` elements apart.
QL_BF16 inline void save_rows(const float* from, std::int64_t stride, std::int64_t rows, std::int64_t dim,
                              float scale, Bf16* to, std::int64_t to_stride) {
  const __m512 factor = _mm512_set1_ps(scale);
  for (std::int64_t row = 0; row < rows; ++row, from += stride, to += to_stride)
    for (std::int64_t i = 0; i < dim; i += kSide) {
      const auto rounded = (__m512i)_mm512_cvtne2ps_pbh(_mm512_mul_ps(_mm512_load_ps(from + i + 16), factor),
                                                        _mm512_mul_ps(_mm512_load_ps(from + i), factor));
      store_columns(to + i, first_of(dim - i), rounded);
    }
}

// The scores of a block of queries become probabilities. Rows behind the last query get 0 in p. `slopes`, if
// the scores are capped and it is given, gets the cap's derivatives.
QL_BF16 inline void weigh(const Job& job, const Sizes& s, const Block& block, const Seen& seen, float* scores,
                          float* slopes, Bf16* p) {
  for (std::int64_t query = 0; query < block.count; ++query) {
    const Visible visible{block.from(query), block.seen(query)};
    float* row = scores + query * s.keys;
    float scale = job.scale;
    if (job.cap > 0) {
      for (std::int64_t i = visible.from; i < visible.seen; ++i) row[i] *= scale;
      attention_kernels::soften(row + visible.from, slopes ? slopes + query * s.keys + visible.from : nullptr,
                                visible.seen - visible.from, job.cap);
      scale = 1;
    }
    softmax(visible, seen, scale, row, p + query * s.keys);
  }
  clear_behind(block, s, p);
}

template <typename Blocks>
void forward(const Job& job, const Bf16* qkv, Bf16* context, float* memory) {
  const Sizes s(job);
  Scratch scratch(memory);
  Bf16* k = scratch.bf16(s.keys * s.wide);
  Bf16* v = scratch.bf16(s.keys * s.wide);
  Bf16* q = scratch.bf16(kSide * s.wide);
  Bf16* p = scratch.bf16(kSide * s.keys);
  float* scores = scratch.floats(kSide * s.keys);
  float* out = scratch.floats(kSide * s.wide);
  pack({qkv + s.k_at, s.stride, false}, Form::b, s.length, s.dim, k);
  pack({qkv + s.v_at, s.stride, true}, Form::b, s.dim, s.length, v);
  Blocks::begin();
  for (std::int64_t head = s.first_head; head < s.end_head; ++head)
    for (std::int64_t first = job.first_query; first < s.length; first += kSide) {
      const Block block{first, std::min(kSide, s.length - first), s.length, job.causal, job.reach};
      const Seen seen(block);
      pack({qkv + block.first * s.stride + head * s.dim, s.stride, false}, Form::a, block.count, s.dim, q);
      multiply_keys<Blocks>(s, seen, q, k, scores);
      weigh(job, s, block, seen, scores, nullptr, p);
      multiply_weights<Blocks>(s, seen, p, v, out);
      save_rows(out, s.wide, block.count, s.dim, 1.0f, context + (block.first * job.heads + head) * s.dim,
                job.heads * s.dim);
    }
  Blocks::end();
}

// As in attention_kernels.cc: dV = P^T g, dP = g V^T, dQ = scale dS K, dK = scale dS^T Q.
template <typename Blocks>
void backward(const Job& job, const Bf16* qkv, const Bf16* grad_context, Bf16* grad_qkv, float* memory) {
  const Sizes s(job);
  Scratch scratch(memory);
  Bf16* k = scratch.bf16(s.keys * s.wide);
  Bf16* v = scratch.bf16(s.keys * s.wide);
  Bf16* k_columns = scratch.bf16(s.keys * s.wide);
  float* grad_k = scratch.floats(s.keys * s.wide);
  float* grad_v = scratch.floats(s.keys * s.wide);
  Bf16* q = scratch.bf16(kSide * s.wide);
  Bf16* q_columns = scratch.bf16(kSide * s.wide);
  Bf16* g = scratch.bf16(kSide * s.wide);
  Bf16* g_columns = scratch.bf16(kSide * s.wide);
  float* grad_q = scratch.floats(kSide * s.wide);
  Bf16* p = scratch.bf16(kSide * s.keys);
  Bf16* d = scratch.bf16(kSide * s.keys);
  float* scores = scratch.floats(kSide * s.keys);
  float* grads = scratch.floats(kSide * s.keys);
  float* slopes = job.cap > 0 ? scratch.floats(kSide * s.keys) : nullptr;
  pack({qkv + s.k_at, s.stride, false}, Form::b, s.length, s.dim, k);
  pack({qkv + s.v_at, s.stride, false}, Form::b, s.length, s.dim, v);
  pack({qkv + s.k_at, s.stride, true}, Form::b, s.dim, s.length, k_columns);
  std::memset(grad_k, 0, static_cast<std::size_t>(2 * s.keys * s.wide) * sizeof(float));
  Blocks::begin();
  for (std::int64_t head = s.first_head; head < s.end_head; ++head)
    for (std::int64_t first = job.first_query; first < s.length; first += kSide) {
      const Block block{first, std::min(kSide, s.length - first), s.length, job.causal, job.reach};
      const Seen seen(block);
      const Bf16* queries = qkv + block.first * s.stride + head * s.dim;
      const Bf16* above = grad_context + (block.first * job.heads + head) * s.dim;
      pack({queries, s.stride, false}, Form::a, block.count, s.dim, q);
      pack({queries, s.stride, true}, Form::b, s.dim, block.count, q_columns);
      pack({above, job.heads * s.dim, false}, Form::a, block.count, s.dim, g);
      pack({above, job.heads * s.dim, true}, Form::b, s.dim, block.count, g_columns);
      multiply_keys<Blocks>(s, seen, q, k, scores);
      multiply_keys<Blocks>(s, seen, g, v, grads);
      weigh(job, s, block, seen, scores, slopes, p);
      for (std::int64_t query = 0; query < block.count; ++query) {
        const std::int64_t row = query * s.keys;
        score_gradients({block.from(query), block.seen(query)}, seen, scores + row,
                        slopes ? slopes + row : nullptr, grads + row, d + row);
      }
      clear_behind(block, s, d);
      add_to_keys<Blocks>(s, seen, p, g_columns, grad_v);
      add_to_keys<Blocks>(s, seen, d, q_columns, grad_k);
      multiply_weights<Blocks>(s, seen, d, k_columns, grad_q);
      save_rows(grad_q, s.wide, block.count, s.dim, job.scale,
                grad_qkv + block.first * s.stride + head * s.dim, s.stride);
    }
  Blocks::end();
  save_rows(grad_k, s.wide, s.length, s.dim, job.scale, grad_qkv + s.k_at, s.stride);
  save_rows(grad_v, s.wide, s.length, s.dim, 1.0f, grad_qkv + s.v_at, s.stride);
}

}  // namespace

std::int64_t attention_scratch(const Job& job, bool backward) {
  const Sizes s(job);
  const std::int64_t line = 16;  // what is lost to the first line
  if (!backward) return line + s.keys * s.wide + kSide * (3 * s.wide + 3 * s.keys) / 2;
  return line + s.keys * s.wide * 7 / 2 + kSide * (3 * s.wide + 4 * s.keys);
}

void attention_forward(Unit unit, const Job& job, const Bf16* qkv, Bf16* context, float* memory) {
  (unit == Unit::tiles ? forward<TileBlocks> : forward<VectorBlocks>)(job, qkv, context, memory);
}

void attention_backward(Unit unit, const Job& job, const Bf16* qkv, const Bf16* grad_context, Bf16* grad_qkv,
                        float* memory) {
  (unit == Unit::tiles ? backward<TileBlocks> : backward<VectorBlocks>)(job, qkv, grad_context, grad_qkv,
                                                                        memory);
}

}  // namespace qinglan::bf16

#else

#include "base/error.h"

namespace qinglan::bf16 {

std::int64_t attention_scratch(const attention_kernels::Job&, bool) {
  QL_CHECK(false, "this processor does not multiply bf16");
}
void attention_forward(Unit, const attention_kernels::Job&, const Bf16*, Bf16*, float*) {
  QL_CHECK(false, "this processor does not multiply bf16");
}
void attention_backward(Unit, const attention_kernels::Job&, const Bf16*, const Bf16*, Bf16*, float*) {
  QL_CHECK(false, "this processor does not multiply bf16");
}

}  // namespace qinglan::bf16

#endif
