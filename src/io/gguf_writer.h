#pragma once
// Writes GGUF v3 files: the format that gguf.h reads. Little-endian; tensor data aligned to 32 bytes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"
#include "io/gguf.h"

namespace qinglan {

// Values as a file stores them: F32 as they are; F16 and BF16 rounded to nearest, ties to even; Q8_0 in
// blocks of 32 with d = max |x| / 127 and codes rounded half away from zero, as ggml's reference does. Throws
// Error{unsupported} for other types; `values` must be whole blocks.
std::string encode_values(std::span<const float> values, DType dtype);

class GgufWriter {
 public:
  // Keys in the order in which they are added; a key that is there already is refused.
  void set(const std::string& key, std::uint32_t value);
  void set(const std::string& key, std::int32_t value);
  void set(const std::string& key, float value);
  void set(const std::string& key, bool value);
  void set(const std::string& key, const std::string& value);
  void set(const std::string& key, const char* value) { set(key, std::string(value)); }
  void set(const std::string& key, const std::vector<std::string>& values);
  void set(const std::string& key, const std::vector<std::int32_t>& values);
  void set(const std::string& key, const std::vector<float>& values);
  // As the other file has it, with its very type.
  void copy(const GgufFile& file, const std::string& key);

  // `shape` row-major, outermost first; `bytes` what its elements take.
  void add(const std::string& name, DType dtype, std::vector<std::int64_t> shape, std::string bytes);

  void write(FileSystem& fs, const std::string& path) const;

 private:
  struct Tensor {
    std::string name;
    DType dtype;
    std::vector<std::int64_t> shape;
    std::string bytes;
  };
  void add_entry(const std::string& key, std::string_view type_and_value);

  std::vector<std::string> keys_;
  std::string entries_;
  std::vector<Tensor> tensors_;
};

}  // namespace qinglan
