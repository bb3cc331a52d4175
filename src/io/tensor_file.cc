#include "io/tensor_file.h"

#include <bit>
#include <cstring>

#include "base/error.h"
#include "io/tensor_layout.h"

namespace qinglan {
namespace {

static_assert(std::endian::native == std::endian::little, "the formats read here are little-endian");

template <typename T>
T load(const std::byte* at) {  // tensor bytes need not be aligned
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// IEEE binary16 to binary32, exact. No step makes a subnormal float, so flush-to-zero modes do not change it.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fff) << 13;
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  constexpr std::uint32_t kInfinity = 0x7c00u << 13;
  const std::uint32_t rebased = magnitude + ((magnitude >= kInfinity ? 224u : 112u) << 23);
  // A subnormal half is mantissa x 2^-24: put the mantissa under the exponent of 2^-14 and take 2^-14 away.
  constexpr std::uint32_t kTwoToMinus14 = 113u << 23;
  const float small = std::bit_cast<float>(magnitude + kTwoToMinus14) - std::bit_cast<float>(kTwoToMinus14);
  const std::uint32_t bits = magnitude < (0x0400u << 13) ? std::bit_cast<std::uint32_t>(small) : rebased;
  return std::bit_cast<float>(bits | sign);
}

// ggml's blocks of 32: a half scale d, [a half minimum m,] then 8- or 4-bit codes. 4-bit codes lie as 16
// bytes: low nibbles are elements 0..15, high nibbles 16..31. A half times a 4-bit code is exact in fp32, so
// that a fused multiply-add gives the same bits as multiply, then add.
constexpr std::size_t kBlock = 32;

void q8_0_block(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const auto* codes = reinterpret_cast<const std::int8_t*>(at + 2);
  for (std::size_t i = 0; i < kBlock; ++i) out[i] = static_cast<float>(codes[i]) * d;
}

void q4_0_block(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const auto* codes = reinterpret_cast<const std::uint8_t*>(at + 2);
  for (std::size_t i = 0; i < kBlock / 2; ++i) {
    out[i] = d * static_cast<float>((codes[i] & 15) - 8);
    out[i + kBlock / 2] = d * static_cast<float>((codes[i] >> 4) - 8);
  }
}

void q4_1_block(const std::byte* at, float* out) {
  const float d = half_to_float(load<std::uint16_t>(at));
  const float m = half_to_float(load<std::uint16_t>(at + 2));
  const auto* codes = reinterpret_cast<const std::uint8_t*>(at + 4);
  for (std::size_t i = 0; i < kBlock / 2; ++i) {
    out[i] = d * static_cast<float>(codes[i] & 15) + m;
    out[i + kBlock / 2] = d * static_cast<float>(codes[i] >> 4) + m;
  }
}

template <typename Decode>
void each_block(const TensorView& view, std::span<float> out, Decode decode) {
  const std::size_t step = info_of(view.dtype).block_bytes;
  const std::byte* at = view.bytes.data();
  for (std::size_t i = 0; i < out.size(); i += kBlock, at += step) decode(at, out.data() + i);
}

template <typename T, typename Convert>
void each_element(const TensorView& view, std::span<float> out, Convert convert) {
  const std::byte* at = view.bytes.data();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = convert(load<T>(at + i * sizeof(T)));
}

}  // namespace

std::int64_t TensorView::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

void to_float(const TensorView& view, std::span<float> out) {
  QL_CHECK(out.size() == static_cast<std::size_t>(view.elements()), "output size differs from the tensor's");
  QL_CHECK(view.bytes.size() == storage_bytes(view.dtype, view.shape), "tensor bytes do not fit its shape");
  if (out.empty()) return;
  switch (view.dtype) {
    case DType::f32:
      std::memcpy(out.data(), view.bytes.data(), view.bytes.size());
      return;
    case DType::f16:
      return each_element<std::uint16_t>(view, out, half_to_float);
    case DType::bf16:
      return each_element<std::uint16_t>(view, out, [](std::uint16_t bits) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
      });
    case DType::f64:
      return each_element<double>(view, out, [](double value) { return static_cast<float>(value); });
    case DType::q8_0:
      return each_block(view, out, q8_0_block);
    case DType::q4_0:
      return each_block(view, out, q4_0_block);
    case DType::q4_1:
      return each_block(view, out, q4_1_block);
    default:
      throw Error(ErrorKind::unsupported, "an integer tensor cannot be read as floating-point weights")
          .found(info_of(view.dtype).name);
  }
}

}  // namespace qinglan
