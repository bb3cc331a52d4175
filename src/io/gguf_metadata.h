#pragma once
// Inside io/: the key-value section of a GGUF file.

#include <cstdint>
#include <map>
#include <string>

#include "io/byte_reader.h"
#include "io/gguf.h"

namespace qinglan {

// The format's numbers of the types of values.
enum class ValueType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, array, u64, i64, f64 };

struct GgufMetadata {
  std::map<std::string, GgufValue> values;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>
      stored;                    // offsets of type and value, and of their end
  std::uint64_t alignment = 32;  // of tensor data: `general.alignment`, 32 where it is absent
};

// `count` key-values from the reader's place on. Throws Error{corrupt_data} or Error{unsupported}.
GgufMetadata read_gguf_metadata(ByteReader& reader, std::uint64_t count);

// "a string", "a list of integers": for messages.
const char* type_text(const GgufValue& value);

}  // namespace qinglan
