// ggml's K types: a block of 256 has one half scale d (and one half minimum m), and a small scale code for
// every 16 or 32 elements. Codes of 2 or 4 bits are stored by planes: 32 (64 in Q6_K) bytes hold, in their
// lowest bits, the codes of as many neighbours, in the next bits those of the next neighbours, and so on.
#include "io/blocks.h"
#include "io/half.h"

namespace qinglan {
namespace {

constexpr std::size_t kBlock = 256;

// 16 groups of 16: scale and minimum nibbles [16], 2-bit codes [64], d, m.
void q2_k(const std::byte* at, float* out) {
  const auto* scales = codes_at(at);
  const auto* codes = codes_at(at + 16);
  const float d = half_to_float(load<std::uint16_t>(at + 80));
  const float m = half_to_float(load<std::uint16_t>(at + 82));
  for (std::size_t group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(scales[group] & 15);
    const float minimum = m * static_cast<float>(scales[group] >> 4);
    const auto* plane = codes + group / 8 * 32 + group % 2 * 16;
    const std::size_t shift = group % 8 / 2 * 2;
    for (std::size_t i = 0; i < 16; ++i)
      out[16 * group + i] = scale * static_cast<float>((plane[i] >> shift) & 3) - minimum;
  }
}

// The 6-bit scale of Q3_K's group: 16 low nibbles in 8 bytes, then 16 pairs of high bits in 4; 32 means zero.
int q3_k_scale(const std::uint8_t* packed, std::size_t group) {
  const int low = (packed[group % 8] >> (group / 8 * 4)) & 15;
  const int high = (packed[8 + group % 4] >> (group / 4 * 2)) & 3;
  return (low | high << 4) - 32;
}

// 16 groups of 16: third bits [32], 2-bit codes [64], scales [12], d. A third bit that is not set takes 4
// away.
void q3_k(const std::byte* at, float* out) {
  const auto* third = codes_at(at);
  const auto* codes = codes_at(at + 32);
  const auto* scales = codes_at(at + 96);
  const float d = half_to_float(load<std::uint16_t>(at + 108));
  for (std::size_t group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(q3_k_scale(scales, group));
    const std::size_t side = group % 2 * 16, shift = group % 8 / 2 * 2;
    const auto* plane = codes + group / 8 * 32 + side;
    for (std::size_t i = 0; i < 16; ++i) {
      const int code = ((plane[i] >> shift) & 3) | ((third[side + i] >> (group / 2)) & 1) << 2;
      out[16 * group + i] = scale * static_cast<float>(code - 4);
    }
  }
}

struct ScaleAndMinimum {
  int scale, minimum;
};

// 6-bit scale and minimum of one of the 8 groups of Q4_K and Q5_K, packed into 12 bytes: the first four
// groups have theirs in the low bits of bytes 0..7; the last four, nibbles in bytes 8..11 and the high bits
// of bytes 0..7.
ScaleAndMinimum scale_and_minimum(const std::uint8_t* packed, std::size_t group) {
  if (group < 4) return {packed[group] & 63, packed[group + 4] & 63};
  const int nibbles = packed[group + 4];
  return {(nibbles & 15) | (packed[group - 4] >> 6) << 4, nibbles >> 4 | (packed[group] >> 6) << 4};
}

// 8 groups of 32: d, m, scales and minimums [12], nibbles [128].
void q4_k(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const float m = half_to_float(load<std::uint16_t>(at + 2));
  for (std::size_t group = 0; group < 8; ++group) {
    const auto packed = scale_and_minimum(codes_at(at + 4), group);
    const float scale = d * static_cast<float>(packed.scale),
                minimum = m * static_cast<float>(packed.minimum);
    const auto* plane = codes_at(at + 16) + group / 2 * 32;
    const std::size_t shift = group % 2 * 4;
    for (std::size_t i = 0; i < 32; ++i)
      out[32 * group + i] = scale * static_cast<float>((plane[i] >> shift) & 15) - minimum;
  }
}

// The same with fifth bits [32] before the nibbles: bit g of byte i is that of element i of group g.
void q5_k(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const float m = half_to_float(load<std::uint16_t>(at + 2));
  const auto* fifth = codes_at(at + 16);
  for (std::size_t group = 0; group < 8; ++group) {
    const auto packed = scale_and_minimum(codes_at(at + 4), group);
    const float scale = d * static_cast<float>(packed.scale),
                minimum = m * static_cast<float>(packed.minimum);
    const auto* plane = codes_at(at + 48) + group / 2 * 32;
    const std::size_t shift = group % 2 * 4;
    for (std::size_t i = 0; i < 32; ++i) {
      const int code = ((plane[i] >> shift) & 15) | ((fifth[i] >> group) & 1) << 4;
      out[32 * group + i] = scale * static_cast<float>(code) - minimum;
    }
  }
}

// 16 groups of 16: nibbles [128], 2 high bits [64], signed scales [16], d; 32 means zero.
void q6_k(const std::byte* at, float* out) {
  const auto* nibbles = codes_at(at);
  const auto* high = codes_at(at + 128);
  const auto* scales = reinterpret_cast<const std::int8_t*>(at + 192);
  const float d = half_to_float(load<std::uint16_t>(at + 208));
  for (std::size_t group = 0; group < 16; ++group) {
    const float scale = d * static_cast<float>(scales[group]);
    const std::size_t side = group / 8, within = group % 8;
    const auto* low_plane = nibbles + side * 64 + within % 4 * 16;
    const auto* high_plane = high + side * 32 + within % 2 * 16;
    const std::size_t low_shift = within / 4 * 4, high_shift = within / 2 * 2;
    for (std::size_t i = 0; i < 16; ++i) {
      const int code = ((low_plane[i] >> low_shift) & 15) | ((high_plane[i] >> high_shift) & 3) << 4;
      out[16 * group + i] = scale * static_cast<float>(code - 32);
    }
  }
}

}  // namespace

DecodeBlocks k_block_decoder(DType dtype) {
  switch (dtype) {
    case DType::q2_k:
      return each_block<kBlock, 84, q2_k>;
    case DType::q3_k:
      return each_block<kBlock, 110, q3_k>;
    case DType::q4_k:
      return each_block<kBlock, 144, q4_k>;
    case DType::q5_k:
      return each_block<kBlock, 176, q5_k>;
    case DType::q6_k:
      return each_block<kBlock, 210, q6_k>;
    default:
      return nullptr;
  }
}

}  // namespace qinglan
