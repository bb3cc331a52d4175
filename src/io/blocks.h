#pragma once
// Inside io/: ggml's block types as fp32. A block stands for 32 or, in the K types, 256 neighbours of a row:
// codes of few bits under a scale (and a minimum), which are halves or codes under halves. A half times a
// scale code times an element code is exact in fp32, so that only `- minimum` rounds, and fused arithmetic
// gives the same bits.

#include <cstddef>

#include "io/dtype.h"

namespace qinglan {

// Reads `count` blocks from `blocks` into as many times block_elements floats.
using DecodeBlocks = void (*)(const std::byte* blocks, std::size_t count, float* out);

// nullptr for a type without blocks.
DecodeBlocks block_decoder(DType dtype);

// Of the K types alone (k_blocks.cc).
DecodeBlocks k_block_decoder(DType dtype);

// DecodeBlocks from a function that reads one block.
template <std::size_t kElements, std::size_t kBytes, void (*kDecode)(const std::byte*, float*)>
void each_block(const std::byte* blocks, std::size_t count, float* out) {
  for (std::size_t i = 0; i < count; ++i) kDecode(blocks + i * kBytes, out + i * kElements);
}

}  // namespace qinglan
