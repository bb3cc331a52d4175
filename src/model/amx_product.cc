#include "model/amx_product.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "base/processor.h"
#include "model/share.h"

#if defined(__x86_64__)

#include "model/amx_tiles.h"

namespace qinglan::amx {
namespace {

// Work of one thread at a time: so many rows of a, and panels of b up to so many bytes, which then stay in
// the second-level cache.
constexpr std::int64_t kRowsOfTask = 128;
constexpr std::int64_t kBytesOfTask = 960 << 10;
// So many steps of 32 rows of a stay in the first-level cache, past which panels of b are read. A longer sum
// is taken in parts, each of them for all panels of a task.
constexpr std::int64_t kStepsAtOnce = 24, kStepsOfPart = 16;
// From here on C would only push the operands out of the cache, and is written past it.
constexpr std::int64_t kStreamedBytes = 2 << 20;
// A product of fewer multiplications is done before another thread has woken up.
constexpr std::int64_t kAlone = 1 << 18;

// Where a block of C, or of what it gates, goes from its fp32 sums [4][16][16]. A gated block's columns are
// 16 of the gate and 16 of what it gates.
struct Target {
  const float* sums;  // null: there is no block
  Bf16* c;
  const Bf16* add;
  std::int64_t stride;
  std::int64_t rows;
  __mmask32 columns;
  bool streamed;
  row_kernels::Gate gate;
};

QL_AMX inline __m512 sigmoid(__m512 x) {
  const __m512 one = _mm512_set1_ps(1.0f);
  return _mm512_div_ps(one, _mm512_add_ps(one, exponential(_mm512_sub_ps(_mm512_setzero_ps(), x))));
}

// What the gate is the sigmoid of, times x: see row_kernels.cc.
QL_AMX inline __m512 gate_of(row_kernels::Gate gate, __m512 x) {
  if (gate == row_kernels::Gate::silu) return x;
  const __m512 bent = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(0.044715f), x), x, _mm512_set1_ps(1.0f));
  return _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(1.595769122f), x), bent);
}

// act(gate) up, rounded.
QL_AMX inline __m256i gated_of(row_kernels::Gate kind, __m256i gate_bits, __m256i up_bits) {
  const __m512 gate = widen(gate_bits);
  const __m512 y = _mm512_mul_ps(_mm512_mul_ps(gate, sigmoid(gate_of(kind, gate))), widen(up_bits));
  return (__m256i)_mm512_cvtneps_pbh(y);
}

template <bool gated>
QL_AMX inline void finish_row(const Target& to, std::int64_t row) {
  if (row >= to.rows) return;
  const float* sums = to.sums + (row >> 4) * kTile + (row & 15) * 16;
  __m512 low = _mm512_load_ps(sums), high = _mm512_load_ps(sums + 256);
  if (to.add) {
    const __m512i add = _mm512_maskz_loadu_epi16(to.columns, to.add + row * to.stride);
    low = _mm512_add_ps(low, widen(_mm512_castsi512_si256(add)));
    high = _mm512_add_ps(high, widen(_mm512_extracti64x4_epi64(add, 1)));
  }
  const auto rounded = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  if constexpr (gated)
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(to.c + row * to.stride),
        gated_of(to.gate, _mm512_castsi512_si256(rounded), _mm512_extracti64x4_epi64(rounded, 1)));
  else if (to.streamed)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to.c + row * to.stride), rounded);
  else
    _mm512_mask_storeu_epi16(to.c + row * to.stride, to.columns, rounded);
}

QL_AMX inline void load_sums(const float* sums, std::int64_t second_column, std::int64_t second_row,
                             std::int64_t bytes) {
  _tile_loadd(0, sums, bytes);
  _tile_loadd(1, sums + second_column, bytes);
  _tile_loadd(2, sums + second_row, bytes);
  _tile_loadd(3, sums + second_column + second_row, bytes);
}

// Where a block's sums start: zero, a bias that stands in all rows, or what was summed so far.
QL_AMX inline void start_block(const float* bias, const float* so_far) {
  if (so_far) return load_sums(so_far, 256, 512, 64);
  if (bias) return load_sums(bias, 16, 0, 0);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

QL_AMX inline void store_block(float* sums) {
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 256, 64);
  _tile_stored(2, sums + 512, 64);
  _tile_stored(3, sums + 768, 64);
}

// Adds some steps of the sums of one block; meanwhile the block before it is rounded and written. b passes
// the first-level cache by: a stays there.
template <bool gated>
QL_AMX inline void sum_block(const Rows& a, const Bf16* b, std::int64_t first, std::int64_t last,
                             const Target& before) {
  std::int64_t row = before.sums ? 0 : kSide;
  b += first * kStep;
  for (std::int64_t step = first; step < last; ++step, b += kStep) {
    _tile_stream_loadd(6, b, 64);
    _tile_loadd(4, a.first + step * a.step, a.bytes);
    _tile_dpbf16ps(0, 4, 6);
    if (row < kSide) {
      finish_row<gated>(before, row++);
      finish_row<gated>(before, row++);
    }
    _tile_stream_loadd(7, b + kTile, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, a.second + step * a.step, a.bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  for (; row < kSide; ++row) finish_row<gated>(before, row);
}

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};
template <typename T>
using Aligned = std::unique_ptr<T[], Freed>;

template <typename T>
Aligned<T> aligned(std::int64_t count) {
  const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
  auto* memory = static_cast<T*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  QL_CHECK(memory, "no memory for a product's panels");
  return Aligned<T>(memory);
}

struct Job {
  Product product;
  const Bf16* a_panels;  // null: rows are read where they are
  const Bf16* b_panels;
  const float* bias;  // [panels of b x 32], or null
  bool streamed;

  Rows rows_from(std::int64_t row) const {
    if (a_panels) return rows_of_panel(a_panels + row / kSide * steps_of(product.k) * kStep);
    return rows_of_matrix(product.a.data + row * product.a.stride, product.a.stride);
  }
  Target target(const float* sums, std::int64_t row, std::int64_t panel) const {
    const auto& p = product;
    const std::int64_t rows = std::min(kSide, p.m - row);
    if (p.gated) {
      const std::int64_t width = p.n / 2;
      return {sums,         p.gated->y + row * width + panel * kSide / 2, nullptr, width, rows, 0, false,
              p.gated->gate};
    }
    const std::int64_t at = row * p.stride + panel * kSide;
    return {sums,
            p.c + at,
            p.add ? p.add + at : nullptr,
            p.stride,
            rows,
            first_of(p.n - panel * kSide),
            streamed,
            row_kernels::Gate::silu};
  }
};

struct Range {
  std::int64_t begin, end;
};

template <bool gated>
QL_AMX void run_task(const Job& job, Range rows, Range panels) {
  const std::int64_t steps = steps_of(job.product.k), panel_size = steps * kStep,
                     parts = steps <= kStepsAtOnce ? 1 : (steps + kStepsOfPart - 1) / kStepsOfPart;
  // What blocks of the same rows have summed up to the next part; exactly, and so their bits show no parts.
  const auto so_far = parts > 1 ? aligned<float>((panels.end - panels.begin) * kStep) : Aligned<float>();
  alignas(64) float sums[2][kStep];
  Target before{};
  int side = 0;
  _tile_loadconfig(&kEightTiles);
  for (std::int64_t at = rows.begin; at < rows.end; at += kSide) {
    // Rows read in place end with the matrix: the last block then holds some of the one before it again.
    const std::int64_t row = job.a_panels ? at : std::min(at, job.product.m - kSide);
    const Rows a = job.rows_from(row);
    for (std::int64_t part = 0; part < parts; ++part)
      for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
        float* kept = so_far.get() + (panel - panels.begin) * kStep;
        start_block(job.bias ? job.bias + panel * kSide : nullptr, part > 0 ? kept : nullptr);
        sum_block<gated>(a, job.b_panels + panel * panel_size, steps * part / parts,
                         steps * (part + 1) / parts, before);
        before = {};
        if (part + 1 < parts) {
          store_block(kept);
          continue;
        }
        store_block(sums[side]);
        before = job.target(sums[side], row, panel);
        side ^= 1;
      }
  }
  for (std::int64_t row = 0; row < kSide; ++row) finish_row<gated>(before, row);
  _tile_release();
  if (job.streamed) _mm_sfence();
}

// body(0) to body(count - 1), by this thread alone or by all.
template <typename Body>
void each(std::int64_t count, bool alone, const Body& body) {
  share(count, alone ? count : 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t one = begin; one < end; ++one) body(one);
  });
}

// `panel_of(panel, where)` puts each panel where it belongs.
template <typename PanelOf>
Aligned<Bf16> packed(std::int64_t rows, std::int64_t k, bool alone, const PanelOf& panel_of) {
  const std::int64_t size = steps_of(k) * kStep;
  auto panels = aligned<Bf16>(panels_of(rows) * size);
  each(panels_of(rows), alone, [&](std::int64_t panel) { panel_of(panel, panels.get() + panel * size); });
  return panels;
}

Aligned<Bf16> packed_a(const Product& p, bool alone) {
  return packed(p.m, p.k, alone,
                [&](std::int64_t panel, Bf16* where) { pack(p.a, Form::a, panel * kSide, p.m, p.k, where); });
}

Aligned<Bf16> packed_b(const Product& p, bool alone) {
  return packed(p.n, p.k, alone, [&](std::int64_t panel, Bf16* where) {
    const std::int64_t first = panel * kSide / 2;
    if (p.gated)
      pack_rows(p.b, Form::b, first, p.n / 2 + first, p.n, p.k, where);
    else
      pack(p.b, Form::b, panel * kSide, p.n, p.k, where);
  });
}

// [panels x 32] fp32, in the order of b's panels, zeros behind the last.
Aligned<float> widened_bias(const Product& p) {
  const std::int64_t count = panels_of(p.n) * kSide, half = kSide / 2;
  auto wide = aligned<float>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t from = p.gated ? i / kSide * half + i % half + (i % kSide < half ? 0 : p.n / 2) : i;
    wide[i] = from < p.n ? std::bit_cast<float>(static_cast<std::uint32_t>(p.bias[from].bits) << 16) : 0.0f;
  }
  return wide;
}

// Whether C is large, and its rows are whole lines of the cache.
bool is_streamed(const Product& p) {
  return !p.gated && 2 * p.m * p.n > kStreamedBytes && p.n % kSide == 0 && p.stride % kSide == 0 &&
         reinterpret_cast<std::uintptr_t>(p.c) % 64 == 0;
}

}  // namespace

QL_AMX void gate(row_kernels::Gate gate, const Bf16* gate_up, Bf16* y, std::int64_t rows,
                 std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * width, y += width)
    for (std::int64_t i = 0; i < width; i += 16) {
      const auto left = static_cast<__mmask16>(first_of(std::min<std::int64_t>(16, width - i)));
      const auto read = [&](const Bf16* from) QL_AMX { return _mm256_maskz_loadu_epi16(left, from); };
      _mm256_mask_storeu_epi16(y + i, left, gated_of(gate, read(gate_up + i), read(gate_up + width + i)));
    }
}

void multiply(const Product& product) {
  const auto& [a, b, m, n, k, bias, add, c, stride, gated] = product;
  QL_CHECK(has_tile_registers() && m > 0 && n > 0 && k > 0, "a product that tiles do not serve");
  QL_CHECK(!gated || (n % kSide == 0 && !b.by_k && !add), "a product that cannot be gated");
  const bool alone = m * n * k < kAlone, in_place = !a.by_k && k % kSide == 0 && m >= kSide;
  const auto a_panels = in_place ? Aligned<Bf16>() : packed_a(product, alone),
             b_panels = packed_b(product, alone);
  const auto wide_bias = bias ? widened_bias(product) : Aligned<float>();
  const Job job{product, a_panels.get(), b_panels.get(), wide_bias.get(), is_streamed(product)};

  const std::int64_t panels = panels_of(n),
                     most = std::max<std::int64_t>(1, kBytesOfTask / (2 * steps_of(k) * kStep)),
                     groups = (panels + most - 1) / most, group = (panels + groups - 1) / groups,
                     chunks = (m + kRowsOfTask - 1) / kRowsOfTask;
  each(groups * chunks, alone, [&](std::int64_t task) {
    const std::int64_t row = task % chunks * kRowsOfTask, panel = task / chunks * group;
    (gated ? run_task<true> : run_task<false>)(job, {row, std::min(row + kRowsOfTask, m)},
                                               {panel, std::min(panel + group, panels)});
  });
}

}  // namespace qinglan::amx

#else

namespace qinglan::amx {

void gate(row_kernels::Gate, const Bf16*, Bf16*, std::int64_t, std::int64_t) {
  QL_CHECK(false, "this processor has no tiles");
}
void multiply(const Product&) { QL_CHECK(false, "this processor has no tiles"); }

}  // namespace qinglan::amx

#endif
