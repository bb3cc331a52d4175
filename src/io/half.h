#pragma once
// Inside io/: numbers as they lie in files, where nothing is aligned, and halves.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace qinglan {

static_assert(std::endian::native == std::endian::little, "the formats read here are little-endian");

template <typename T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline const std::uint8_t* codes_at(const std::byte* at) { return reinterpret_cast<const std::uint8_t*>(at); }

// IEEE binary16 to binary32, exact. No step makes a subnormal float, so flush-to-zero modes do not change it.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fff) << 13;
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  constexpr std::uint32_t kInfinity = 0x7c00u << 13;
  const std::uint32_t rebased = magnitude + ((magnitude >= kInfinity ? 224u : 112u) << 23);
  // A subnormal half is mantissa x 2^-24: put the mantissa under the exponent of 2^-14 and take 2^-14 away.
  constexpr std::uint32_t kTwoToMinus14 = 113u << 23;
  const float small = std::bit_cast<float>(magnitude + kTwoToMinus14) - std::bit_cast<float>(kTwoToMinus14);
  // A mask and not ?:, which would keep loops over this from being vectorized.
  const std::uint32_t is_small = 0u - static_cast<std::uint32_t>(magnitude < (0x0400u << 13));
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(small) & is_small) | (rebased & ~is_small) |
                              sign);
}

}  // namespace qinglan
