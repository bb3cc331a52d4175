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

// Where a block of C and what it gates go. A gated block's columns are 16 of the gate and 16 of what it
// gates.
struct Target {
  Bf16* c;  // null: nowhere
  const Bf16* add;
  std::int64_t stride;
  std::int64_t first, rows;  // of the block's rows, those that are written: [first, rows)
  __mmask32 columns;
  row_kernels::Gate gate{};
  Bf16* y = nullptr;
  std::int64_t width = 0;  // of a row of y; columns of c from a gate to what it gates
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
    if (!p.gated) return to;
    to.gate = p.gated->gate;
    to.width = p.n / 2;
    to.y = p.gated->y + row * to.width + column;
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

// act(gate) up, rounded.
QL_BF16 inline __m256i gated_of(row_kernels::Gate kind, __m256i gate_bits, __m256i up_bits) {
  const __m512 gate = widen(gate_bits);
  const __m512 y = _mm512_mul_ps(_mm512_mul_ps(gate, sigmoid(gate_of(kind, gate))), widen(up_bits));
  return (__m256i)_mm512_cvtneps_pbh(y);
}

QL_BF16 inline void store_16(Bf16* to, __m256i values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), values);
}

// The sums of a row of a block, its first and its last 16 columns.
template <bool gated>
QL_BF16 inline void finish_row(const Target& to, std::int64_t row, __m512 low, __m512 high) {
  if (to.add) {
    const __m512i add = _mm512_maskz_loadu_epi16(to.columns, to.add + row * to.stride);
    low = _mm512_add_ps(low, widen(_mm512_castsi512_si256(add)));
    high = _mm512_add_ps(high, widen(_mm512_extracti64x4_epi64(add, 1)));
  }
  const auto rounded = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  const std::int64_t at = row * to.stride;
  if constexpr (gated) {
    const __m256i gate = _mm512_castsi512_si256(rounded), up = _mm512_extracti64x4_epi64(rounded, 1);
    if (to.c) {
      store_16(to.c + at, gate);
      store_16(to.c + at + to.width, up);
    }
    store_16(to.y + row * to.width, gated_of(to.gate, gate, up));
  } else {
    store_columns(to.c + at, to.columns, rounded);
  }
}

struct Range {
  std::int64_t begin, end;
};

constexpr std::int64_t kRowsOfTiles = 32, kRowsOfVectors = 8;  // of a block
void run_on_tiles(const PreparedProduct& product, Range rows, Range panels);
void run_on_vectors(const PreparedProduct& product, Range rows, Range panels);

}  // namespace qinglan::bf16
