#include "model/block_operators.h"

#include <vector>

#include "base/error.h"

namespace qinglan {
namespace {

using torch::Tensor;

Tensor bytes(const Tensor& blocks, std::int64_t at, std::int64_t count) {
  return blocks.narrow(1, at, count).to(torch::kInt32);
}

// `count` numbers of another type from byte `at` on, as fp32.
Tensor numbers(const Tensor& blocks, std::int64_t at, std::int64_t count, torch::Dtype type) {
  const auto width = static_cast<std::int64_t>(torch::elementSize(type));
  return blocks.narrow(1, at, count * width).contiguous().view(type).to(torch::kFloat32);
}

Tensor half(const Tensor& blocks, std::int64_t at) { return numbers(blocks, at, 1, torch::kFloat16); }

// Codes stored by planes: [N, planes width] bytes -> [N, planes shares width], every byte giving `shares`
// codes of `bits` bits, its lowest bits first. In a plane all first codes come before all second ones.
Tensor planes(const Tensor& codes, std::int64_t width, std::int64_t shares, std::int64_t bits) {
  const auto shift = torch::arange(shares, codes.options()) * bits;
  const auto spread = codes.view({codes.size(0), -1, 1, width});
  return spread.bitwise_right_shift(shift.view({1, 1, shares, 1}))
      .bitwise_and((1 << bits) - 1)
      .reshape({codes.size(0), -1});
}

// The bits of little-endian bytes [N, B] -> [N, 8 B], lowest first.
Tensor bits_of(const Tensor& packed) {
  const auto shift = torch::arange(8, packed.options());
  return packed.unsqueeze(2).bitwise_right_shift(shift).bitwise_and(1).reshape({packed.size(0), -1});
}

// Of every group of `size` elements one number.
Tensor spread(const Tensor& groups, std::int64_t size) { return groups.repeat_interleave(size, 1); }

Tensor nibbles_32(const Tensor& blocks, std::int64_t at) { return planes(bytes(blocks, at, 16), 16, 2, 4); }

Tensor q4_0(const Tensor& b) { return half(b, 0) * (nibbles_32(b, 2) - 8); }
Tensor q4_1(const Tensor& b) { return half(b, 0) * nibbles_32(b, 4) + half(b, 2); }
Tensor q8_0(const Tensor& b) { return half(b, 0) * numbers(b, 2, 32, torch::kInt8); }

Tensor five_bits(const Tensor& b, std::int64_t fifth, std::int64_t nibbles) {
  return nibbles_32(b, nibbles).bitwise_or(bits_of(bytes(b, fifth, 4)) * 16);
}
Tensor q5_0(const Tensor& b) { return half(b, 0) * (five_bits(b, 2, 6) - 16); }
Tensor q5_1(const Tensor& b) { return half(b, 0) * five_bits(b, 4, 8) + half(b, 2); }

Tensor iq4_nl(const Tensor& b) {
  const std::vector<float> levels{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
  const auto codes = nibbles_32(b, 2);
  const auto table = torch::tensor(levels).to(b.device());
  return half(b, 0) * table.index_select(0, codes.flatten()).view(codes.sizes());
}

Tensor q2_k(const Tensor& b) {
  const auto scales = bytes(b, 0, 16);
  const auto scale = half(b, 80) * scales.bitwise_and(15),
             minimum = half(b, 82) * scales.bitwise_right_shift(4);
  return spread(scale, 16) * planes(bytes(b, 16, 64), 32, 4, 2) - spread(minimum, 16);
}

Tensor q3_k(const Tensor& b) {
  const auto low = planes(bytes(b, 96, 8), 8, 2, 4), high = planes(bytes(b, 104, 4), 4, 4, 2);
  const auto scale = half(b, 108) * (low.bitwise_or(high * 16) - 32);
  const auto third = planes(bytes(b, 0, 32), 32, 8, 1);
  return spread(scale, 16) * (planes(bytes(b, 32, 64), 32, 4, 2).bitwise_or(third * 4) - 4);
}

// Scales and minimums of 8 groups, 6 bits each in 12 bytes, times d and m.
struct Groups {
  Tensor scale, minimum;  // [N, 8]
};
Groups groups_of(const Tensor& b) {
  const auto first = bytes(b, 4, 4), second = bytes(b, 8, 4), third = bytes(b, 12, 4);
  const auto joined = [](const Tensor& packed, const Tensor& nibbles) {
    const auto late = nibbles.bitwise_or(packed.bitwise_right_shift(6) * 16);
    return torch::cat({packed.bitwise_and(63), late}, 1);
  };
  return {half(b, 0) * joined(first, third.bitwise_and(15)),
          half(b, 2) * joined(second, third.bitwise_right_shift(4))};
}

Tensor q4_k(const Tensor& b) {
  const Groups groups = groups_of(b);
  return spread(groups.scale, 32) * planes(bytes(b, 16, 128), 32, 2, 4) - spread(groups.minimum, 32);
}

Tensor q5_k(const Tensor& b) {
  const Groups groups = groups_of(b);
  const auto fifth = planes(bytes(b, 16, 32), 32, 8, 1);
  const auto codes = planes(bytes(b, 48, 128), 32, 2, 4).bitwise_or(fifth * 16);
  return spread(groups.scale, 32) * codes - spread(groups.minimum, 32);
}

Tensor q6_k(const Tensor& b) {
  const auto scale = half(b, 208) * numbers(b, 192, 16, torch::kInt8);
  const auto low = planes(bytes(b, 0, 128), 64, 2, 4), high = planes(bytes(b, 128, 64), 32, 4, 2);
  return spread(scale, 16) * (low.bitwise_or(high * 16) - 32);
}

}  // namespace

Tensor decode_blocks(DType dtype, const Tensor& blocks) {
  switch (dtype) {
    case DType::f32:
      return numbers(blocks, 0, 1, torch::kFloat32);
    case DType::f16:
      return numbers(blocks, 0, 1, torch::kFloat16);
    case DType::bf16:
      return numbers(blocks, 0, 1, torch::kBFloat16);
    case DType::q4_0:
      return q4_0(blocks);
    case DType::q4_1:
      return q4_1(blocks);
    case DType::q5_0:
      return q5_0(blocks);
    case DType::q5_1:
      return q5_1(blocks);
    case DType::q8_0:
      return q8_0(blocks);
    case DType::iq4_nl:
      return iq4_nl(blocks);
    case DType::q2_k:
      return q2_k(blocks);
    case DType::q3_k:
      return q3_k(blocks);
    case DType::q4_k:
      return q4_k(blocks);
    case DType::q5_k:
      return q5_k(blocks);
    case DType::q6_k:
      return q6_k(blocks);
    default:
      throw Error(ErrorKind::unsupported, "weights of this type cannot stay as they are on a device")
          .found(info_of(dtype).name)
          .hint("leave base at \"compute\"");
  }
}

}  // namespace qinglan
