#include "model/bf16_product.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/error.h"
#include "base/processor.h"
#include "model/share.h"

#if defined(__x86_64__)

#include "model/aligned.h"
#include "model/prepared_product.h"

namespace qinglan::bf16 {
namespace {

// Work of one thread at a time: so many rows of a at most, and panels of b up to so many bytes, which then
// stay in the second-level cache. Tiles want many panels to a row; vectors need one.
constexpr std::int64_t kRowsOfTask = 128;
constexpr std::int64_t kBytesForTiles = 960 << 10, kBytesForVectors = 160 << 10;

std::int64_t rows_of_block(Unit unit) { return unit == Unit::tiles ? kRowsOfTiles : kRowsOfVectors; }

// How a product is cut into tasks: whole blocks of rows by whole panels.
class Tasks {
 public:
  Tasks(const Product& product, Unit unit) : m_(product.m), panels_(panels_of(product.n)) {
    const std::int64_t bytes = unit == Unit::tiles ? kBytesForTiles : kBytesForVectors,
                       most = std::max<std::int64_t>(1, bytes / (2 * steps_of(product.k) * kStep));
    groups_ = parts(panels_, most);
    group_ = parts(panels_, groups_);
    chunks_ = parts(m_, kRowsOfTask);
    chunk_ = parts(parts(m_, chunks_), rows_of_block(unit)) * rows_of_block(unit);
  }
  std::int64_t count() const { return groups_ * chunks_; }
  Range rows(std::int64_t task) const { return cut(task % chunks_ * chunk_, chunk_, m_); }
  Range panels(std::int64_t task) const { return cut(task / chunks_ * group_, group_, panels_); }

 private:
  static std::int64_t parts(std::int64_t whole, std::int64_t size) { return (whole + size - 1) / size; }
  static Range cut(std::int64_t begin, std::int64_t size, std::int64_t end) {
    return {begin, std::min(begin + size, end)};
  }
  std::int64_t m_, panels_, groups_, group_, chunks_, chunk_;
};

// A product of fewer multiplications is done before another thread has woken up.
constexpr std::int64_t kAlone = 1 << 18;

// body(0) to body(count - 1), by this thread alone, or by all, each of which does up to `most` in a row.
template <typename Body>
void each(std::int64_t count, bool alone, std::int64_t most, const Body& body) {
  const std::int64_t piece = std::clamp<std::int64_t>(count / (4 * at::get_num_threads()), 1, most);
  share(count, alone ? count : piece, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t one = begin; one < end; ++one) body(one);
  });
}

// Memory gives more to who reads on from where he was.
constexpr std::int64_t kPackedInARow = 4;

// An operand in panels. `gated`: a panel has 16 rows of the operand's first half and the 16 of its second
// half that those gate.
Aligned<Bf16> packed(const Operand& operand, Form form, std::int64_t rows, std::int64_t k, bool gated,
                     bool alone) {
  const std::int64_t size = steps_of(k) * kStep, side = gated ? kSide / 2 : kSide,
                     to_second = gated ? rows / 2 : kSide / 2;
  auto panels = aligned<Bf16>(panels_of(rows) * size);
  if (operand.by_k)
    each(steps_of(k), alone, kPackedInARow,
         [&](std::int64_t step) { pack_step(operand, form, step, rows, k, panels.get()); });
  else
    each(panels_of(rows), alone, kPackedInARow, [&](std::int64_t panel) {
      pack_rows(operand, form, panel * side, panel * side + to_second, rows, k, panels.get() + panel * size);
    });
  return panels;
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

}  // namespace

QL_BF16 void gate(row_kernels::Gate gate, const Bf16* gate_up, Bf16* y, std::int64_t rows,
                  std::int64_t width) {
  for (std::int64_t row = 0; row < rows; ++row, gate_up += 2 * width, y += width)
    for (std::int64_t i = 0; i < width; i += 16) {
      const auto left = static_cast<__mmask16>(first_of(std::min<std::int64_t>(16, width - i)));
      const auto read = [&](const Bf16* from) QL_BF16 { return _mm256_maskz_loadu_epi16(left, from); };
      _mm256_mask_storeu_epi16(y + i, left, gated_of(gate, read(gate_up + i), read(gate_up + width + i)));
    }
}

QL_BF16 void ungate(row_kernels::Gate gate, const Bf16* grad, const Bf16* gate_up, Bf16* grad_gate_up,
                    std::int64_t rows, std::int64_t width) {
  for (std::int64_t row = 0; row < rows;
       ++row, grad += width, gate_up += 2 * width, grad_gate_up += 2 * width)
    for (std::int64_t i = 0; i < width; i += 16) {
      const auto left = static_cast<__mmask16>(first_of(std::min<std::int64_t>(16, width - i)));
      const auto read = [&](const Bf16* from) QL_BF16 { return _mm256_maskz_loadu_epi16(left, from); };
      const auto [of_gate, of_up] =
          ungated_of(gate, read(grad + i), read(gate_up + i), read(gate_up + width + i));
      _mm256_mask_storeu_epi16(grad_gate_up + i, left, of_gate);
      _mm256_mask_storeu_epi16(grad_gate_up + width + i, left, of_up);
    }
}

std::optional<Unit> fastest_unit() {
  if (has_tile_registers()) return Unit::tiles;
  return has_bf16_vectors() ? std::optional(Unit::vectors) : std::nullopt;
}

void multiply(const Product& product, Unit unit) {
  const auto& [a, b, m, n, k, bias, add, c, stride, gated, ungated, more] = product;
  const bool tiles = unit == Unit::tiles;
  QL_CHECK(tiles ? has_tile_registers() : has_bf16_vectors(), "a unit that this processor does not have");
  QL_CHECK(m > 0 && n > 0 && k > 0, "a product of nothing");
  QL_CHECK(!gated || (n % kSide == 0 && !b.by_k && !add), "a product that cannot be gated");
  QL_CHECK(!ungated || (n % 16 == 0 && !gated && !add && stride == 2 * n),
           "a product that is no gradient of gates");
  QL_CHECK(!more || (!gated && !ungated && !more->a.by_k && more->k % kTermsStep == 0),
           "terms that no unit adds");
  const bool alone = m * n * k < kAlone, in_place = !a.by_k && k % kSide == 0 && m >= rows_of_block(unit);
  const auto in_panels = [&](const Terms& terms) {
    return std::pair(in_place ? Aligned<Bf16>() : packed(terms.a, Form::a, m, terms.k, false, alone),
                     packed(terms.b, Form::b, n, terms.k, gated.has_value(), alone));
  };
  const auto [a_panels, b_panels] = in_panels({a, b, k});
  const auto [more_a, more_b] = more ? in_panels(*more) : std::pair<Aligned<Bf16>, Aligned<Bf16>>();
  const auto wide_bias = bias ? widened_bias(product) : Aligned<float>();
  const PreparedProduct prepared{
      product,
      {a, a_panels.get(), b_panels.get(), steps_of(k)},
      {more ? more->a : Operand{}, more_a.get(), more_b.get(), more ? steps_of(more->k) : 0},
      wide_bias.get()};

  const Tasks tasks(product, unit);
  each(tasks.count(), alone, 1, [&](std::int64_t task) {
    (tiles ? run_on_tiles : run_on_vectors)(prepared, tasks.rows(task), tasks.panels(task));
  });
}

}  // namespace qinglan::bf16

#else

namespace qinglan::bf16 {

std::optional<Unit> fastest_unit() { return std::nullopt; }
void gate(row_kernels::Gate, const Bf16*, Bf16*, std::int64_t, std::int64_t) {
  QL_CHECK(false, "this processor does not multiply bf16");
}
void ungate(row_kernels::Gate, const Bf16*, const Bf16*, Bf16*, std::int64_t, std::int64_t) {
  QL_CHECK(false, "this processor does not multiply bf16");
}
void multiply(const Product&, Unit) { QL_CHECK(false, "this processor does not multiply bf16"); }

}  // namespace qinglan::bf16

#endif
