#pragma once
// For tests: tiny GGUF and safetensors files, right or wrong, put together from their parts.

#include <cstdint>
#include <string>
#include <vector>

#include "io/test_support.h"

namespace qinglan {

inline std::string u32(std::uint32_t value) { return little_endian(value); }
inline std::string u64(std::uint64_t value) { return little_endian(value); }

namespace tiny_gguf {

// Numbers of the format.
constexpr std::uint32_t kF32 = 0, kQ4_0 = 2, kQ4_K = 12;  // elements
constexpr std::uint32_t kU8 = 0, kU16 = 2, kU32 = 4, kFloat = 6, kBool = 7, kText = 8, kArray = 9, kU64 = 10,
                        kDouble = 12;  // values

inline std::string text(const std::string& value) {
  return little_endian<std::uint64_t>(value.size()) + value;
}

inline std::string key(const std::string& name, std::uint32_t type, const std::string& value) {
  return text(name) + u32(type) + value;
}

// `dimensions` innermost first.
inline std::string tensor(const std::string& name, const std::vector<std::uint64_t>& dimensions,
                          std::uint32_t type, std::uint64_t offset) {
  std::string entry = text(name) + u32(static_cast<std::uint32_t>(dimensions.size()));
  for (const std::uint64_t size : dimensions) entry += u64(size);
  return entry + u32(type) + u64(offset);
}

struct Parts {
  std::vector<std::string> keys, tensors;
  std::size_t data_bytes = 0;
  std::uint32_t version = 3;
  std::size_t alignment = 32;
};

inline std::string file_of(const Parts& parts) {
  std::string bytes = "GGUF" + u32(parts.version) + u64(parts.tensors.size()) + u64(parts.keys.size());
  for (const auto& part : parts.keys) bytes += part;
  for (const auto& part : parts.tensors) bytes += part;
  if (parts.data_bytes > 0)
    bytes.resize((bytes.size() + parts.alignment - 1) / parts.alignment * parts.alignment);
  return bytes + std::string(parts.data_bytes, 'd');
}

// Two keys, a tensor of each kind.
inline Parts small() {
  return {{key("general.alignment", kU32, u32(8)),
           key("names", kArray, u32(kText) + u64(2) + text("a") + text("bc"))},
          {tensor("x", {3, 2}, kF32, 0), tensor("y", {32}, kQ4_0, 24)},
          42,
          3,
          8};
}

}  // namespace tiny_gguf

namespace tiny_safetensors {

inline std::string with_header(const std::string& header, std::size_t data_bytes) {
  return u64(header.size()) + header + std::string(data_bytes, 'd');
}

inline std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

// A file of the one tensor "a".
inline std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets,
                       std::size_t data_bytes) {
  return with_header(R"({"a":)" + entry(dtype, shape, offsets) + "}", data_bytes);
}

// A file of the tensors "a" and "b", four bytes each.
inline std::string two(const std::string& a, const std::string& b, std::size_t data_bytes) {
  return with_header(R"({"a":)" + entry("U8", "[4]", a) + R"(,"b":)" + entry("U8", "[4]", b) + "}",
                     data_bytes);
}

}  // namespace tiny_safetensors
}  // namespace qinglan
