#include "model/amx_product.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "model/share.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12's own header: PR105593
#endif

// Of single functions, not of the file: what the file includes must run on every processor.
#define QL_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))

namespace qinglan::amx {
namespace {

// A tile has 16 rows of 64 bytes. A block of C is 32 x 32, four tiles of fp32; a step of its sum is 32 long:
// two tiles of each operand, four products.
//
// Operands stand in panels of 32 rows: for every step two tiles, the first 16 rows and the others. a's tiles
// hold [row][k]; b's hold [k / 2][row][2], its transpose in units of two elements.
constexpr std::int64_t kSide = 32;
constexpr std::int64_t kTile = 512;  // elements
constexpr std::int64_t kStep = 2 * kTile;
enum class Form { a, b };

// Work of one thread at a time: so many rows of a, and panels of b up to so many bytes, which then stay in
// the second-level cache.
constexpr std::int64_t kRowsOfTask = 128;
constexpr std::int64_t kBytesOfTask = 960 << 10;
// From here on C would only push the operands out of the cache, and is written past it.
constexpr std::int64_t kStreamedBytes = 2 << 20;
// A product of fewer multiplications is done before another thread has woken up.
constexpr std::int64_t kAlone = 1 << 18;

std::int64_t steps_of(std::int64_t k) { return (k + kSide - 1) / kSide; }
std::int64_t panels_of(std::int64_t rows) { return (rows + kSide - 1) / kSide; }

__mmask32 first_of(std::int64_t count) {
  return count >= kSide ? ~__mmask32{0} : (__mmask32{1} << count) - 1;
}

// Swaps rows and pairs of a tile: [16][16 x 2] -> its transpose.
QL_AMX void transpose(Bf16* tile) {
  __m512i r[16], t[16];
  for (int i = 0; i < 16; ++i) r[i] = _mm512_loadu_si512(tile + 32 * i);
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
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
  for (int i = 0; i < 16; ++i) _mm512_storeu_si512(tile + 32 * i, t[i]);
}

// Row i of `count`, zeros beyond them and where the mask is not.
QL_AMX inline __m512i read_row(const Bf16* data, std::int64_t i, std::int64_t stride, std::int64_t count,
                               __mmask32 mask) {
  return _mm512_maskz_loadu_epi16(i < count ? mask : 0, data + (i < count ? i * stride : 0));
}

// A step of an operand that lies by rows, in a's form; `rows` and `length` are what is left of it.
QL_AMX void read_rows(const Bf16* data, std::int64_t stride, std::int64_t rows, std::int64_t length,
                      Bf16* out) {
  const __mmask32 mask = first_of(length);
  for (std::int64_t i = 0; i < kSide; ++i)
    _mm512_storeu_si512(out + kSide * i, read_row(data, i, stride, rows, mask));
}

// A step of an operand that lies by k, in b's form.
QL_AMX void read_pairs(const Bf16* data, std::int64_t stride, std::int64_t rows, std::int64_t length,
                       Bf16* out) {
  const __mmask32 mask = first_of(rows);
  const __m512i first = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0),
                second = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
  for (std::int64_t i = 0; i < kSide; i += 2) {
    const __m512i x = read_row(data, i, stride, length, mask),
                  y = read_row(data, i + 1, stride, length, mask);
    const __m512i low = _mm512_unpacklo_epi16(x, y), high = _mm512_unpackhi_epi16(x, y);
    _mm512_storeu_si512(out + 16 * i, _mm512_permutex2var_epi64(low, first, high));
    _mm512_storeu_si512(out + kTile + 16 * i, _mm512_permutex2var_epi64(low, second, high));
  }
}

// Rows [first, first + 32) of an operand as a panel; zeros where it has none.
void pack(const Operand& operand, Form form, std::int64_t first, std::int64_t rows, std::int64_t k,
          Bf16* panel) {
  for (std::int64_t at = 0; at < k; at += kSide, panel += kStep) {
    if (operand.by_k)
      read_pairs(operand.data + at * operand.stride + first, operand.stride, rows - first, k - at, panel);
    else
      read_rows(operand.data + first * operand.stride + at, operand.stride, rows - first, k - at, panel);
    if ((form == Form::b) != operand.by_k) transpose(panel), transpose(panel + kTile);
  }
}

// Where the rows of a block's first and second tiles of a are: in a panel, or in the matrix itself.
struct Rows {
  const Bf16* first;
  const Bf16* second;
  std::int64_t step, bytes;  // elements to the next step, bytes to the next row
};

// Where a block of C goes from its fp32 sums [4][16][16].
struct Target {
  const float* sums;
  Bf16* c;
  const Bf16* add;
  std::int64_t stride;
  std::int64_t rows;
  __mmask32 columns;
  bool streamed;
};

QL_AMX inline __m512 widen(__m256i half) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

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
  if (to.streamed)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to.c + row * to.stride), rounded);
  else
    _mm512_mask_storeu_epi16(to.c + row * to.stride, to.columns, rounded);
}

// The sums of one block; meanwhile the block before it is rounded and written.
QL_AMX inline void sum_block(const Rows& a, const Bf16* b, std::int64_t steps, const float* bias, float* sums,
                             const Target* before) {
  if (bias) {
    _tile_loadd(0, bias, 0);  // a row that stands in all rows
    _tile_loadd(1, bias + 16, 0);
    _tile_loadd(2, bias, 0);
    _tile_loadd(3, bias + 16, 0);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  std::int64_t row = before ? 0 : kSide;
  for (std::int64_t step = 0; step < steps; ++step, b += kStep) {
    _tile_loadd(6, b, 64);
    _tile_loadd(4, a.first + step * a.step, a.bytes);
    _tile_dpbf16ps(0, 4, 6);
    if (row < kSide) {
      finish_row(*before, row++);
      finish_row(*before, row++);
    }
    _tile_loadd(7, b + kTile, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, a.second + step * a.step, a.bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  for (; row < kSide; ++row) finish_row(*before, row);
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 256, 64);
  _tile_stored(2, sums + 512, 64);
  _tile_stored(3, sums + 768, 64);
}

// A constant in memory: GCC 12 takes no note of what its intrinsic reads.
struct alignas(64) TileConfig {
  std::uint8_t palette, start_row, reserved[14];
  std::uint16_t row_bytes[16];
  std::uint8_t rows[16];
};
const TileConfig kEightTiles{1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

struct Job {
  Product product;
  const Bf16* a_panels;  // null: rows are read where they are
  const Bf16* b_panels;
  const float* bias;  // [panels of b x 32], or null
  bool streamed;

  Rows rows_from(std::int64_t row) const {
    const std::int64_t panel = kSide * steps_of(product.k) * kSide;
    if (a_panels) {
      const Bf16* first = a_panels + row / kSide * panel;
      return {first, first + kTile, kStep, 64};
    }
    const Bf16* first = product.a.data + row * product.a.stride;
    return {first, first + 16 * product.a.stride, kSide, 2 * product.a.stride};
  }
  Target target(const float* sums, std::int64_t row, std::int64_t panel) const {
    const std::int64_t at = row * product.stride + panel * kSide;
    return {sums,
            product.c + at,
            product.add ? product.add + at : nullptr,
            product.stride,
            std::min(kSide, product.m - row),
            first_of(product.n - panel * kSide),
            streamed};
  }
};

struct Range {
  std::int64_t begin, end;
};

QL_AMX void run_task(const Job& job, Range rows, Range panels) {
  alignas(64) float sums[2][kStep];
  const std::int64_t steps = steps_of(job.product.k), panel_size = steps * kStep;
  Target before{};
  int side = 0;
  _tile_loadconfig(&kEightTiles);
  for (std::int64_t at = rows.begin; at < rows.end; at += kSide) {
    // Rows read in place end with the matrix: the last block then holds some of the one before it again.
    const std::int64_t row = job.a_panels ? at : std::min(at, job.product.m - kSide);
    const Rows a = job.rows_from(row);
    for (std::int64_t panel = panels.begin; panel < panels.end; ++panel, side ^= 1) {
      sum_block(a, job.b_panels + panel * panel_size, steps, job.bias ? job.bias + panel * kSide : nullptr,
                sums[side], before.c ? &before : nullptr);
      before = job.target(sums[side], row, panel);
    }
  }
  for (std::int64_t row = 0; row < kSide; ++row) finish_row(before, row);
  _tile_release();
  if (job.streamed) _mm_sfence();
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

// body(0) to body(count - 1), by this thread alone or by all.
template <typename Body>
void each(std::int64_t count, bool alone, const Body& body) {
  share(count, alone ? count : 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t one = begin; one < end; ++one) body(one);
  });
}

Aligned<Bf16> packed(const Operand& operand, Form form, std::int64_t rows, std::int64_t k, bool alone) {
  const std::int64_t size = steps_of(k) * kStep;
  auto panels = aligned<Bf16>(panels_of(rows) * size);
  each(panels_of(rows), alone,
       [&](std::int64_t panel) { pack(operand, form, panel * kSide, rows, k, panels.get() + panel * size); });
  return panels;
}

// [panels x 32] fp32, zeros behind the last.
Aligned<float> widened(const Bf16* bias, std::int64_t n) {
  auto wide = aligned<float>(panels_of(n) * kSide);
  for (std::int64_t i = 0; i < panels_of(n) * kSide; ++i)
    wide[i] = i < n ? std::bit_cast<float>(static_cast<std::uint32_t>(bias[i].bits) << 16) : 0.0f;
  return wide;
}

// Whether C is large, and its rows are whole lines of the cache.
bool is_streamed(const Product& p) {
  return 2 * p.m * p.n > kStreamedBytes && p.n % kSide == 0 && p.stride % kSide == 0 &&
         reinterpret_cast<std::uintptr_t>(p.c) % 64 == 0;
}

struct Cpuid {
  unsigned a = 0, b = 0, c = 0, d = 0;
};
Cpuid leaf_7(unsigned part) {
  Cpuid id;
  __get_cpuid_count(7, part, &id.a, &id.b, &id.c, &id.d);
  return id;
}

}  // namespace

bool available() {
  static const bool answer = [] {
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // arch_prctl(2): ARCH_REQ_XCOMP_PERM
    const bool tiles = leaf_7(0).d >> 22 & leaf_7(0).d >> 24 & 1, rounding = leaf_7(1).a >> 5 & 1;
    return tiles && rounding && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  }();
  return answer;
}

void multiply(const Product& product) {
  const auto& [a, b, m, n, k, bias, add, c, stride] = product;
  QL_CHECK(available() && m > 0 && n > 0 && k > 0, "a product that tiles do not serve");
  const bool alone = m * n * k < kAlone, in_place = !a.by_k && k % kSide == 0 && m >= kSide;
  const auto a_panels = in_place ? Aligned<Bf16>() : packed(a, Form::a, m, k, alone),
             b_panels = packed(b, Form::b, n, k, alone);
  const auto wide_bias = bias ? widened(bias, n) : Aligned<float>();
  const Job job{product, a_panels.get(), b_panels.get(), wide_bias.get(), is_streamed(product)};

  const std::int64_t panels = panels_of(n),
                     most = std::max<std::int64_t>(1, kBytesOfTask / (2 * steps_of(k) * kStep)),
                     groups = (panels + most - 1) / most, group = (panels + groups - 1) / groups,
                     chunks = (m + kRowsOfTask - 1) / kRowsOfTask;
  each(groups * chunks, alone, [&](std::int64_t task) {
    const std::int64_t row = task % chunks * kRowsOfTask, panel = task / chunks * group;
    run_task(job, {row, std::min(row + kRowsOfTask, m)}, {panel, std::min(panel + group, panels)});
  });
}

}  // namespace qinglan::amx

#else

namespace qinglan::amx {

bool available() { return false; }
void multiply(const Product&) { QL_CHECK(false, "this processor has no tiles"); }

}  // namespace qinglan::amx

#endif
