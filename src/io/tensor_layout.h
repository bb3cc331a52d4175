#pragma once
// Inside io/: the checks that every tensor format needs, and what to say about a file of another format.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/tensor_file.h"

namespace qinglan {

// Bytes that `shape` elements of `dtype` take; nothing where a product overflows 64 bits, a dimension is
// negative, or the innermost dimension is not whole blocks.
std::optional<std::uint64_t> storage_bytes(DType dtype, const std::vector<std::int64_t>& shape);

std::string shape_text(const std::vector<std::int64_t>& shape);

// Throws Error{corrupt_data}, or Error{unsupported} where the first bytes are those of a known other format
// (pickle, zip, a Git LFS pointer...), with the way out. `expected`: "a safetensors file".
[[noreturn]] void refuse_format(std::span<const std::byte> bytes, const std::string& path,
                                const std::string& expected);

}  // namespace qinglan
