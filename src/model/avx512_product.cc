#if defined(__x86_64__)

#include "model/avx512_vectors.h"
#include "model/prepared_product.h"

namespace qinglan::bf16 {
namespace {

// A panel of b stays in the caches for all rows of the task.
template <Finish finish>
QL_BF16 void run(const PreparedProduct& product, Range rows, Range panels) {
  for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const float* bias = product.bias ? product.bias + panel * kSide : nullptr;
    const __m512 low = bias ? _mm512_loadu_ps(bias) : _mm512_setzero_ps(),
                 high = bias ? _mm512_loadu_ps(bias + 16) : _mm512_setzero_ps();
    for (std::int64_t at = rows.begin; at < rows.end; at += kRowsOfVectors) {
      const std::int64_t row = product.block_at(at, kRowsOfVectors);
      const Target to = product.target(row, at, panel);
      for (std::int64_t i = 0; i < kRowsOfVectors; ++i) fetch_row<finish>(to, i);
      Sums sums;
#pragma GCC unroll 8
      for (auto& of_row : sums) of_row[0] = low, of_row[1] = high;
      add_steps(product.terms.rows_from(row), product.terms.panel(panel), product.terms.steps, sums,
                panel == panels.begin);
      if (product.more.steps)
        add_steps(product.more.rows_from(row), product.more.panel(panel), product.more.steps, sums);
#pragma GCC unroll 8
      for (int i = 0; i < kRowsOfVectors; ++i)
        if (i >= to.first && i < to.rows) finish_row<finish>(to, i, sums[i][0], sums[i][1]);
    }
  }
}

}  // namespace

void run_on_vectors(const PreparedProduct& product, Range rows, Range panels) {
  with_finish(product, [&]<Finish finish>() { run<finish>(product, rows, panels); });
}

}  // namespace qinglan::bf16

#endif
