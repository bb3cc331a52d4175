#include "io/tensor_file.h"

#include <bit>
#include <cstring>

#include "base/error.h"
#include "io/blocks.h"
#include "io/half.h"
#include "io/tensor_layout.h"

namespace qinglan {
namespace {

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

TensorView TensorView::rows(std::int64_t first, std::int64_t count) const {
  QL_CHECK(!shape.empty() && first >= 0 && count >= 0 && first <= shape[0] - count,
           "rows outside the tensor");
  TensorView part = *this;
  part.shape[0] = count;
  const auto row_bytes = shape[0] > 0 ? bytes.size() / static_cast<std::size_t>(shape[0]) : 0;
  const auto start = static_cast<std::size_t>(first) * row_bytes;
  part.bytes = bytes.subspan(start, static_cast<std::size_t>(count) * row_bytes);
  part.offset += start;
  return part;
}

void to_float(const TensorView& view, std::span<float> out) {
  QL_CHECK(out.size() == static_cast<std::size_t>(view.elements()), "output size differs from the tensor's");
  QL_CHECK(view.bytes.size() == storage_bytes(view.dtype, view.shape), "tensor bytes do not fit its shape");
  if (out.empty()) return;
  if (const DecodeBlocks decode = block_decoder(view.dtype))
    return decode(view.bytes.data(), out.size() / info_of(view.dtype).block_elements, out.data());
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
    default:
      throw Error(ErrorKind::unsupported, "an integer tensor cannot be read as floating-point weights")
          .found(info_of(view.dtype).name);
  }
}

}  // namespace qinglan
