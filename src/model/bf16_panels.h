#pragma once
// The panels that operands of bf16 products stand in on x86, and arithmetic of 16 numbers at once. What
// includes this must ask has_bf16_vectors() (base/processor.h) before it calls any of it.

#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include "model/bf16_product.h"

#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12's own header: PR105593
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

// Of single functions, not of a file: what it includes must run on every processor.
#define QL_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

namespace qinglan::bf16 {

// Operands stand in panels of 32 rows: for every step of the sum, which is 32 long, two tiles of 16 rows of
// 64 bytes, the panel's first 16 rows and the others. a's tiles hold [row][k]; b's hold [k / 2][row][2], its
// transpose in units of two elements.
constexpr std::int64_t kSide = 32;
constexpr std::int64_t kTile = 512;  // elements
constexpr std::int64_t kStep = 2 * kTile;
enum class Form { a, b };

inline std::int64_t steps_of(std::int64_t k) { return (k + kSide - 1) / kSide; }
inline std::int64_t panels_of(std::int64_t rows) { return (rows + kSide - 1) / kSide; }

inline __mmask32 first_of(std::int64_t count) {
  return count >= kSide ? ~__mmask32{0} : (__mmask32{1} << count) - 1;
}

// Rows and pairs of a tile change places: [16][16 x 2] -> its transpose.
[[gnu::always_inline]] QL_BF16 inline void transpose(__m512i (&r)[16]) {
  __m512i t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i even_1 = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88),
                  odd_1 = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd),
                  even_2 = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88),
                  odd_2 = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
    t[i] = _mm512_shuffle_i32x4(even_1, even_2, 0x88);
    t[8 + i] = _mm512_shuffle_i32x4(even_1, even_2, 0xdd);
    t[4 + i] = _mm512_shuffle_i32x4(odd_1, odd_2, 0x88);
    t[12 + i] = _mm512_shuffle_i32x4(odd_1, odd_2, 0xdd);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) r[i] = t[i];
}

// Too many rows are read at once for the processor to guess what comes next, and so it is fetched for it. How
// many elements away that is from place `at` in rows of `length`: further on in the row, or behind its end
// where the `rows` after these begin.
inline std::int64_t ahead(std::int64_t at, std::int64_t length, std::int64_t rows, std::int64_t stride) {
  constexpr std::int64_t kFar = 4 * kSide;
  return at + kFar < length ? kFar : rows * stride + std::min<std::int64_t>(0, kFar - length);
}

// Row i of `count`, zeros beyond them and where the mask is not.
[[gnu::always_inline]] QL_BF16 inline __m512i read_row(const Bf16* data, std::int64_t i, std::int64_t stride,
                                                       std::int64_t count, __mmask32 mask,
                                                       std::int64_t ahead) {
  const Bf16* row = data + (i < count ? i * stride : 0);
  _mm_prefetch(reinterpret_cast<const char*>(row + ahead), _MM_HINT_T0);
  return _mm512_maskz_loadu_epi16(i < count ? mask : 0, row);
}

// A tile of an operand that lies by rows; `rows` and `length` are what is left of it.
QL_BF16 inline void read_rows(const Bf16* data, std::int64_t stride, std::int64_t rows, std::int64_t length,
                              std::int64_t ahead, Form form, Bf16* tile) {
  const __mmask32 mask = first_of(length);
  __m512i r[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) r[i] = read_row(data, i, stride, rows, mask, ahead);
  if (form == Form::b) transpose(r);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) _mm512_storeu_si512(tile + kSide * i, r[i]);
}

// A step of an operand that lies by k, in b's form.
QL_BF16 inline void read_pairs(const Bf16* data, std::int64_t stride, std::int64_t rows, std::int64_t length,
                               std::int64_t ahead, Bf16* out) {
  const __mmask32 mask = first_of(rows);
  const __m512i first = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0),
                second = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
#pragma GCC unroll 4
  for (std::int64_t i = 0; i < kSide; i += 2) {
    const __m512i x = read_row(data, i, stride, length, mask, ahead),
                  y = read_row(data, i + 1, stride, length, mask, ahead);
    const __m512i low = _mm512_unpacklo_epi16(x, y), high = _mm512_unpackhi_epi16(x, y);
    _mm512_storeu_si512(out + 16 * i, _mm512_permutex2var_epi64(low, first, high));
    _mm512_storeu_si512(out + kTile + 16 * i, _mm512_permutex2var_epi64(low, second, high));
  }
}

// Rows [first, first + 16) and [second, second + 16) of an operand that lies by rows, as a panel; zeros where
// it has none.
inline void pack_rows(const Operand& operand, Form form, std::int64_t first, std::int64_t second,
                      std::int64_t rows, std::int64_t k, Bf16* panel) {
  for (const std::int64_t row : {first, second}) {
    const std::int64_t left = std::max<std::int64_t>(0, rows - row);
    for (std::int64_t at = 0; at < k; at += kSide)
      read_rows(operand.data + (left ? row * operand.stride + at : 0), operand.stride, left, k - at,
                ahead(at, k, 16, operand.stride), form, panel + at / kSide * kStep);
    panel += kTile;
  }
}

// Step `number` of all panels of an operand that lies by k. A panel by itself would read little of each row.
QL_BF16 inline void pack_step(const Operand& operand, Form form, std::int64_t number, std::int64_t rows,
                              std::int64_t k, Bf16* panels) {
  const std::int64_t at = number * kSide;
  Bf16* to = panels + number * kStep;
  for (std::int64_t first = 0; first < rows; first += kSide, to += steps_of(k) * kStep) {
    read_pairs(operand.data + at * operand.stride + first, operand.stride, rows - first, k - at,
               ahead(first, rows, kSide, operand.stride), to);
    if (form == Form::a)
      for (Bf16* tile : {to, to + kTile}) read_rows(tile, kSide, 16, kSide, 0, Form::b, tile);
  }
}

// All panels of an operand, one behind the other.
inline void pack(const Operand& operand, Form form, std::int64_t rows, std::int64_t k, Bf16* panels) {
  if (operand.by_k)
    for (std::int64_t step = 0; step < steps_of(k); ++step) pack_step(operand, form, step, rows, k, panels);
  else
    for (std::int64_t first = 0; first < rows; first += kSide, panels += steps_of(k) * kStep)
      pack_rows(operand, form, first, first + kSide / 2, rows, k, panels);
}

// 32 elements, or those in `columns`. AMD's fifth generation takes long to store under a mask.
QL_BF16 inline void store_columns(Bf16* to, __mmask32 columns, __m512i values) {
  if (columns == ~__mmask32{0})
    _mm512_storeu_si512(to, values);
  else
    _mm512_mask_storeu_epi16(to, columns, values);
}

QL_BF16 inline __m512 widen(__m256i half) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

// kernel_math.h's exponential, 16 at once.
QL_BF16 inline __m512 exponential(__m512 x) {
  x = _mm512_min_ps(_mm512_set1_ps(87.0f), _mm512_max_ps(_mm512_set1_ps(-87.0f), x));  // NaN stays NaN
  const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), 0);
  const __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(1.42860677e-6f),
                                    _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693145752f), x));
  __m512 p = _mm512_set1_ps(1.9875691500e-4f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.3981999507e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
  p = _mm512_add_ps(_mm512_fmadd_ps(p, _mm512_mul_ps(r, r), r), _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, n);
}

}  // namespace qinglan::bf16
