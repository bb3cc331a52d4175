#pragma once
// Element types of tensors in files, and their sizes. GGUF block types hold `block_elements` values in
// `block_bytes`.

#include <cstddef>
#include <cstdint>
#include <string>

namespace qinglan {

enum class DType { f32, f16, bf16, f64, i8, u8, i16, i32, i64, boolean, q8_0, q4_0, q4_1 };

struct DTypeInfo {
  DType dtype;
  const char* name;            // as safetensors or ggml spells it: "F32", "Q4_1"
  std::size_t block_elements;  // 1 for plain types
  std::size_t block_bytes;
};

const DTypeInfo& info_of(DType dtype);

}  // namespace qinglan
