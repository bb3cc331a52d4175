#pragma once
// Element types of tensors in files, and their sizes. GGUF block types hold `block_elements` values in
// `block_bytes`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace qinglan {

enum class DType {
  f32,
  f16,
  bf16,
  f64,
  i8,
  u8,
  i16,
  i32,
  i64,
  boolean,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q2_k,
  q3_k,
  q4_k,
  q5_k,
  q6_k,
  iq4_nl
};

struct DTypeInfo {
  DType dtype;
  const char* name;            // as safetensors or ggml spells it: "F32", "Q4_1"
  std::size_t block_elements;  // 1 for plain types
  std::size_t block_bytes;
  std::optional<std::uint32_t> gguf_type;  // ggml's number; none where GGUF has no such type
};

const DTypeInfo& info_of(DType dtype);
std::span<const DTypeInfo> dtypes();  // in the order of the enum

}  // namespace qinglan
