#pragma once
// What safetensors and GGUF have in common: named, shaped, typed bytes inside a mapped file.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/dtype.h"

namespace qinglan {

struct TensorView {
  DType dtype;
  std::vector<std::int64_t> shape;   // row-major, outermost first (GGUF's reversed order is already undone)
  std::span<const std::byte> bytes;  // lives as long as the file object
  std::uint64_t offset = 0;          // of bytes[0] in the file, for messages

  std::int64_t elements() const;
  // Entries first..first + count - 1 of the outermost dimension. Of a block type, the tensor must be a matrix
  // or more: blocks lie within a row.
  TensorView rows(std::int64_t first, std::int64_t count) const;
};

using TensorMap = std::map<std::string, TensorView>;

// Values of any floating or block type as fp32, bit for bit what the `gguf` and `safetensors` Python packages
// give. out.size() must equal view.elements(). Throws Error{unsupported} for integer types.
void to_float(const TensorView& view, std::span<float> out);

}  // namespace qinglan
