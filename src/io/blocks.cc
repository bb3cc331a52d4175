#include "io/blocks.h"

#include "io/half.h"

namespace qinglan {
namespace {

constexpr std::size_t kBlock = 32, kHalf = kBlock / 2;

// d, then 32 signed bytes.
void q8_0(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const auto* codes = reinterpret_cast<const std::int8_t*>(at + 2);
  for (std::size_t i = 0; i < kBlock; ++i) out[i] = static_cast<float>(codes[i]) * d;
}

// 4-bit codes lie as 16 bytes: low nibbles are elements 0..15, high nibbles 16..31.
// d, then codes of which 8 means zero.
void q4_0(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const auto* codes = codes_at(at + 2);
  for (std::size_t i = 0; i < kHalf; ++i) {
    out[i] = d * static_cast<float>((codes[i] & 15) - 8);
    out[i + kHalf] = d * static_cast<float>((codes[i] >> 4) - 8);
  }
}

// d, m, then codes: d code + m.
void q4_1(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const float m = half_to_float(load<std::uint16_t>(at + 2));
  const auto* codes = codes_at(at + 4);
  for (std::size_t i = 0; i < kHalf; ++i) {
    out[i] = d * static_cast<float>(codes[i] & 15) + m;
    out[i + kHalf] = d * static_cast<float>(codes[i] >> 4) + m;
  }
}

// The fifth bits of elements 0..31 lie apart as one 32-bit number, the first element's lowest.
struct FiveBits {
  std::int32_t code[kBlock];
};

FiveBits five_bits(const std::byte* fifth, const std::byte* nibbles) {
  const auto high = load<std::uint32_t>(fifth);
  const auto* low = codes_at(nibbles);
  FiveBits result;
  for (std::uint32_t i = 0; i < kHalf; ++i) {
    result.code[i] = static_cast<std::int32_t>((low[i] & 15u) | ((high >> i) & 1u) << 4);
    result.code[i + kHalf] = static_cast<std::int32_t>((low[i] >> 4) | ((high >> (i + kHalf)) & 1u) << 4);
  }
  return result;
}

// d, fifth bits, nibbles; 16 means zero.
void q5_0(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const FiveBits codes = five_bits(at + 2, at + 6);
  for (std::size_t i = 0; i < kBlock; ++i) out[i] = d * static_cast<float>(codes.code[i] - 16);
}

// d, m, fifth bits, nibbles: d code + m.
void q5_1(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const float m = half_to_float(load<std::uint16_t>(at + 2));
  const FiveBits codes = five_bits(at + 4, at + 8);
  for (std::size_t i = 0; i < kBlock; ++i) out[i] = d * static_cast<float>(codes.code[i]) + m;
}

// As q4_0, but the codes stand for these levels, which are denser near zero.
void iq4_nl(const std::byte* at, float* out) {
  static constexpr float kLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                        1,    13,   25,  38,  53,  69,  89,  113};
  const float d = half_to_float(load<std::uint16_t>(at));
  const auto* codes = codes_at(at + 2);
  for (std::size_t i = 0; i < kHalf; ++i) {
    out[i] = d * kLevels[codes[i] & 15];
    out[i + kHalf] = d * kLevels[codes[i] >> 4];
  }
}

}  // namespace

DecodeBlocks block_decoder(DType dtype) {
  switch (dtype) {
    case DType::q4_0:
      return each_block<kBlock, 18, q4_0>;
    case DType::q4_1:
      return each_block<kBlock, 20, q4_1>;
    case DType::q5_0:
      return each_block<kBlock, 22, q5_0>;
    case DType::q5_1:
      return each_block<kBlock, 24, q5_1>;
    case DType::q8_0:
      return each_block<kBlock, 34, q8_0>;
    case DType::iq4_nl:
      return each_block<kBlock, 18, iq4_nl>;
    default:
      return k_block_decoder(dtype);
  }
}

}  // namespace qinglan
