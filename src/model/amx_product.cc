#if defined(__x86_64__)

#include "model/aligned.h"
#include "model/amx_tiles.h"
#include "model/prepared_product.h"

namespace qinglan::bf16 {
namespace {

// So many steps of 32 rows of a stay in the first-level cache, past which panels of b are read. A longer sum
// is taken in parts, each of them for all panels of a task.
constexpr std::int64_t kStepsAtOnce = 24, kStepsOfPart = 16;

// A block whose fp32 sums [4][16][16] are whole, and not yet written.
struct Pending {
  const float* sums;  // null: there is none
  Target to;
};

template <Finish finish>
QL_AMX inline void finish_row(const Pending& block, std::int64_t row) {
  if (row < block.to.first || row >= block.to.rows) return;
  const float* sums = block.sums + (row >> 4) * kTile + (row & 15) * 16;
  finish_row<finish>(block.to, row, _mm512_load_ps(sums), _mm512_load_ps(sums + 256));
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

// Adds some steps of the sums of one block; meanwhile the block before it is rounded and written, and what
// this one will be finished with is fetched if the sums will be whole. b passes the first-level cache by: a
// stays there.
template <Finish finish>
QL_AMX inline void sum_block(const Rows& a, const Bf16* b, std::int64_t first, std::int64_t last,
                             const Pending& before, const Target* whole) {
  std::int64_t row = before.sums ? 0 : kSide, to_fetch = whole ? 0 : kSide;
  const std::int64_t bytes = 2 * a.stride;
  b += first * kStep;
  for (std::int64_t step = first; step < last; ++step, b += kStep) {
    _tile_stream_loadd(6, b, 64);
    _tile_loadd(4, a.first + step * a.step, bytes);
    _tile_dpbf16ps(0, 4, 6);
    if (row < kSide) {
      finish_row<finish>(before, row++);
      finish_row<finish>(before, row++);
    }
    if (to_fetch < kSide) {
      fetch_row<finish>(*whole, to_fetch++);
      fetch_row<finish>(*whole, to_fetch++);
    }
    _tile_stream_loadd(7, b + kTile, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, a.second + step * a.step, bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  for (; row < kSide; ++row) finish_row<finish>(before, row);
}

template <Finish finish>
QL_AMX void run(const PreparedProduct& product, Range rows, Range panels) {
  const std::int64_t steps = product.terms.steps,
                     parts = steps <= kStepsAtOnce ? 1 : (steps + kStepsOfPart - 1) / kStepsOfPart;
  // What blocks of the same rows have summed up to the next part; exactly, and so their bits show no parts.
  const auto so_far = parts > 1 ? aligned<float>((panels.end - panels.begin) * kStep) : Aligned<float>();
  alignas(64) float sums[2][kStep];
  Pending before{};
  int side = 0;
  _tile_loadconfig(&kEightTiles);
  for (std::int64_t at = rows.begin; at < rows.end; at += kRowsOfTiles) {
    const std::int64_t row = product.block_at(at, kRowsOfTiles);
    const Rows a = product.terms.rows_from(row);
    for (std::int64_t part = 0; part < parts; ++part)
      for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
        float* kept = parts > 1 ? so_far.get() + (panel - panels.begin) * kStep : nullptr;
        start_block(product.bias ? product.bias + panel * kSide : nullptr, part > 0 ? kept : nullptr);
        const bool last = part + 1 == parts;
        const Target to = product.target(row, at, panel);
        sum_block<finish>(a, product.terms.panel(panel), steps * part / parts, steps * (part + 1) / parts,
                          before, last ? &to : nullptr);
        before = {};
        if (!last) {
          store_block(kept);
          continue;
        }
        if (product.more.steps)
          sum_block<finish>(product.more.rows_from(row), product.more.panel(panel), 0, product.more.steps, {},
                            nullptr);
        store_block(sums[side]);
        before = {sums[side], to};
        side ^= 1;
      }
  }
  for (std::int64_t row = 0; row < kSide; ++row) finish_row<finish>(before, row);
  _tile_release();
}

}  // namespace

void run_on_tiles(const PreparedProduct& product, Range rows, Range panels) {
  with_finish(product, [&]<Finish finish>() { run<finish>(product, rows, panels); });
}

}  // namespace qinglan::bf16

#endif
