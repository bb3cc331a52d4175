#pragma once
// Sums of 8 rows by 32 columns in vector registers, 16 of them. What includes this must ask
// has_bf16_vectors() (base/processor.h) before it calls any of it.

#include <cstring>

#include "model/prepared_product.h"

namespace qinglan::bf16 {

using Sums = __m512[kRowsOfVectors][2];

// Adds so many steps; row i of a is `stride` elements behind row i - 1. `first_read`: no other panel of b has
// brought the rows behind these, which are next, into the caches.
[[gnu::always_inline]] QL_BF16 inline void add_steps(const Rows& a, const Bf16* b, std::int64_t steps,
                                                     Sums& sums, bool first_read = false) {
  const Bf16* rows = a.first;
  for (std::int64_t step = 0; step < steps; ++step, rows += a.step, b += kStep) {
    if (first_read) {
#pragma GCC unroll 8
      for (int row = kRowsOfVectors; row < 2 * kRowsOfVectors; ++row)
        _mm_prefetch(reinterpret_cast<const char*>(rows + row * a.stride), _MM_HINT_T0);
    }
#pragma GCC unroll 4
    for (int pair = 0; pair < kSide / 2; ++pair) {
      const auto low = (__m512bh)_mm512_loadu_si512(b + kSide * pair),
                 high = (__m512bh)_mm512_loadu_si512(b + kTile + kSide * pair);
#pragma GCC unroll 8
      for (int row = 0; row < kRowsOfVectors; ++row) {
        int both;
        std::memcpy(&both, rows + row * a.stride + 2 * pair, sizeof both);
        const auto spread = (__m512bh)_mm512_set1_epi32(both);
        sums[row][0] = _mm512_dpbf16_ps(sums[row][0], spread, low);
        sums[row][1] = _mm512_dpbf16_ps(sums[row][1], spread, high);
      }
    }
  }
}

}  // namespace qinglan::bf16
