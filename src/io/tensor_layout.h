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

// Throws Error{unsupported} with the way out where the first bytes are those of a known other format (pickle,
// zip, a Git LFS pointer...). `expected`: "a safetensors file".
void refuse_foreign_format(std::span<const std::byte> bytes, const std::string& path,
                           const std::string& expected);

// The same, and Error{corrupt_data} for bytes that are not known.
[[noreturn]] void refuse_format(std::span<const std::byte> bytes, const std::string& path,
                                const std::string& expected);

}  // namespace qinglan
