#pragma once
// Blocks of 32 x 32 on tile registers. A tile has 16 rows of 64 bytes; a block is four tiles of fp32, and a
// step of its sum two tiles of each operand, four products. What includes this must ask has_tile_registers()
// (base/processor.h) before it calls any of it.

#include "model/prepared_product.h"

#define QL_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

namespace qinglan::bf16 {

// A constant in memory: GCC 12 takes no note of what its intrinsic reads.
struct alignas(64) TileConfig {
  std::uint8_t palette, start_row, reserved[14];
  std::uint16_t row_bytes[16];
  std::uint8_t rows[16];
};
inline const TileConfig kEightTiles{
    1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

}  // namespace qinglan::bf16
