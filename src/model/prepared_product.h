#pragma once
// A product whose operands stand as units read them, its tasks (some rows of a by some panels of b), and what
// every unit does with sums once they are whole.

#include "model/bf16_panels.h"

namespace qinglan::bf16 {

// Where rows of a are: in a panel, or in the matrix itself. `second` is the 16th row after `first`.
struct Rows {
  const Bf16* first;
  const Bf16* second;
  std::int64_t step, stride;  // elements to the next step, and to the next row
};

inline Rows rows_of_panel(const Bf16* panel) { return {panel, panel + kTile, kStep, kSide}; }
inline Rows rows_of_matrix(const Bf16* first, std::int64_t stride) {
  return {first, first + 16 * stride, kSide, stride};
}

// What is done with sums: they are rounded and written, and beside that what they gate, or instead the
// gradient of what they are the gated gradient of.
enum class Finish { rounded, gated, ungated };

// Where a block goes. A gated block's columns are 16 of the gate and 16 of what it gates.
struct Target {
  Bf16* c;  // null: nowhere
  const Bf16* add;
  std::int64_t stride;
  std::int64_t first, rows;  // of the block's rows, those that are written: [first, rows)
  __mmask32 columns;
  row_kernels::Gate gate{};
  std::int64_t width = 0;         // columns from a gate to what it gates
  Bf16* y = nullptr;              // gated: rows of `width`
  const Bf16* gate_up = nullptr;  // ungated: rows of `stride`
};

// Terms of the sums, in steps of 32. Rows of a are read where they are, or from panels.
struct PreparedTerms {
  Operand a;
  const Bf16* a_panels;  // null: rows are read where they are
  const Bf16* b_panels;
  std::int64_t steps;  // 0: there are none

  const Bf16* panel(std::int64_t number) const { return b_panels + number * steps * kStep; }
  // Of a panel, rows 0, 8, 16 and 24 can be asked for.
  Rows rows_from(std::int64_t row) const {
    if (!a_panels) return rows_of_matrix(a.data + row * a.stride, a.stride);
    const std::int64_t within = row % kSide;
    return rows_of_panel(a_panels + row / kSide * steps * kStep + within / 16 * kTile + within % 16 * kSide);
  }
};

struct PreparedProduct {
  Product of;
  PreparedTerms terms, more;
  const float* bias;  // [panels of b x 32], or null

  // Rows of a that are read in place end with the matrix: the last block then holds some of the one before it
  // again, which are not written twice. A unit has `most` rows in a block.
  std::int64_t block_at(std::int64_t row, std::int64_t most) const {
    return terms.a_panels ? row : std::min(row, of.m - most);
  }
  // Of the block at `row`, rows before `first` were another block's.
  Target target(std::int64_t row, std::int64_t first, std::int64_t panel) const {
    const auto& p = of;
    const std::int64_t rows = std::min(kSide, p.m - row);
    const std::int64_t column = panel * (p.gated ? kSide / 2 : kSide), at = row * p.stride + column;
    Target to{p.c ? p.c + at : nullptr,     p.add ? p.add + at : nullptr, p.stride, first - row, rows,
              first_of(p.n - panel * kSide)};
    if (p.gated) {
      to.gate = p.gated->gate;
      to.width = p.n / 2;
      to.y = p.gated->y + row * to.width + column;
    }
    if (p.ungated) {
      to.gate = p.ungated->gate;
      to.width = p.n;
      to.gate_up = p.ungated->gate_up + at;
    }
    return to;
  }
};

QL_BF16 inline __m512 sigmoid(__m512 x) {
  const __m512 one = _mm512_set1_ps(1.0f);
  return _mm512_div_ps(one, _mm512_add_ps(one, exponential(_mm512_sub_ps(_mm512_setzero_ps(), x))));
}

// What the gate is the sigmoid of, times x: see row_kernels.cc.
QL_BF16 inline __m512 gate_of(row_kernels::Gate gate, __m512 x) {
  if (gate == row_kernels::Gate::silu) return x;
  const __m512 bent = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(0.044715f), x), x, _mm512_set1_ps(1.0f));
  return _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(1.595769122f), x), bent);
}

// Its derivative.
QL_BF16 inline __m512 slope_of(row_kernels::Gate gate, __m512 x) {
  const __m512 one = _mm512_set1_ps(1.0f);
  if (gate == row_kernels::Gate::silu) return one;
  const __m512 bent = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(0.134145f), x), x, one);
  return _mm512_mul_ps(_mm512_set1_ps(1.595769122f), bent);
}

// act(gate) up, rounded.
QL_BF16 inline __m256i gated_of(row_kernels::Gate kind, __m256i gate_bits, __m256i up_bits) {
  const __m512 gate = widen(gate_bits);
  const __m512 y = _mm512_mul_ps(_mm512_mul_ps(gate, sigmoid(gate_of(kind, gate))), widen(up_bits));
  return (__m256i)_mm512_cvtneps_pbh(y);
}

// The gradients of gate and up from that of gated_of(gate, up), rounded.
struct OfGateAndUp {
  __m256i gate, up;
};
QL_BF16 inline OfGateAndUp ungated_of(row_kernels::Gate kind, __m256i grad_bits, __m256i gate_bits,
                                      __m256i up_bits) {
  const __m512 one = _mm512_set1_ps(1.0f), gate = widen(gate_bits), s = sigmoid(gate_of(kind, gate)),
               open = _mm512_mul_ps(widen(grad_bits), s);
  const __m512 bend = _mm512_mul_ps(_mm512_mul_ps(gate, slope_of(kind, gate)), _mm512_sub_ps(one, s));
  const __m512 of_gate = _mm512_mul_ps(_mm512_mul_ps(open, widen(up_bits)), _mm512_add_ps(one, bend));
  return {(__m256i)_mm512_cvtneps_pbh(of_gate), (__m256i)_mm512_cvtneps_pbh(_mm512_mul_ps(open, gate))};
}

QL_BF16 inline __m256i load_16(const Bf16* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
QL_BF16 inline void store_16(Bf16* to, __m256i values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), values);
}

// The sums of a row of a block, its first and its last 16 columns.
template <Finish finish>
QL_BF16 inline void finish_row(const Target& to, std::int64_t row, __m512 low, __m512 high) {
  if (to.add) {
    const __m512i add = _mm512_maskz_loadu_epi16(to.columns, to.add + row * to.stride);
    low = _mm512_add_ps(low, widen(_mm512_castsi512_si256(add)));
    high = _mm512_add_ps(high, widen(_mm512_extracti64x4_epi64(add, 1)));
  }
  const auto rounded = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  const __m256i first = _mm512_castsi512_si256(rounded), second = _mm512_extracti64x4_epi64(rounded, 1);
  const std::int64_t at = row * to.stride;
  if constexpr (finish == Finish::rounded) store_columns(to.c + at, to.columns, rounded);
  if constexpr (finish == Finish::gated) {
    if (to.c) {
      store_16(to.c + at, first);
      store_16(to.c + at + to.width, second);
    }
    store_16(to.y + row * to.width, gated_of(to.gate, first, second));
  }
  if constexpr (finish == Finish::ungated) {
    const Bf16 *gate = to.gate_up + at, *up = gate + to.width;
    const auto [gate_1, up_1] = ungated_of(to.gate, first, load_16(gate), load_16(up));
    store_16(to.c + at, gate_1);
    store_16(to.c + at + to.width, up_1);
    if (!(to.columns >> 16)) return;
    const auto [gate_2, up_2] = ungated_of(to.gate, second, load_16(gate + 16), load_16(up + 16));
    store_16(to.c + at + 16, gate_2);
    store_16(to.c + at + to.width + 16, up_2);
  }
}

// What finish_row() will read of a row comes from far away: it is asked for while the block is summed. Always
// inline: GCC 12 leaves out calls of functions that do nothing but fetch.
template <Finish finish>
[[gnu::always_inline]] inline void fetch_row(const Target& to, std::int64_t row) {
  const std::int64_t at = row * to.stride;
  if (to.add) _mm_prefetch(reinterpret_cast<const char*>(to.add + at), _MM_HINT_T0);
  if constexpr (finish == Finish::ungated) {
    _mm_prefetch(reinterpret_cast<const char*>(to.gate_up + at), _MM_HINT_T0);
    _mm_prefetch(reinterpret_cast<const char*>(to.gate_up + at + to.width), _MM_HINT_T0);
  }
}

struct Range {
  std::int64_t begin, end;
};

// body<finish>() of a product.
template <typename Body>
void with_finish(const PreparedProduct& product, const Body& body) {
  if (product.of.gated) return body.template operator()<Finish::gated>();
  if (product.of.ungated) return body.template operator()<Finish::ungated>();
  body.template operator()<Finish::rounded>();
}

constexpr std::int64_t kRowsOfTiles = 32, kRowsOfVectors = 8;  // of a block
void run_on_tiles(const PreparedProduct& product, Range rows, Range panels);
void run_on_vectors(const PreparedProduct& product, Range rows, Range panels);

}  // namespace qinglan::bf16
