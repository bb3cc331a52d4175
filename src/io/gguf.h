#pragma once
// GGUF v2 and v3 files (ggml's model format): typed key-values, tensor table, aligned tensor data.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/mapped_file.h"
#include "io/tensor_file.h"

namespace qinglan {

// Integers of any width widen to int64 (uint64 above its range is refused), floats to double.
using GgufValue = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>,
                               std::vector<double>, std::vector<bool>, std::vector<std::string>>;

class GgufFile {
 public:
  // Throws Error{io}, Error{corrupt_data} or Error{unsupported} (a tensor type this build cannot read), with
  // file and offset.
  static GgufFile open(const std::string& path);
  // The same over bytes in memory; `name` stands for the path in messages.
  static GgufFile from_bytes(std::vector<std::byte> bytes, std::string name);

  const TensorMap& tensors() const { return tensors_; }
  const std::map<std::string, GgufValue>& metadata() const { return metadata_; }
  const std::string& path() const { return file_.path(); }
  // A key's value as the file stores it: its type, then its bytes. Throws Error{corrupt_data} when it is
  // absent.
  std::span<const std::byte> stored_value(const std::string& key) const;
  // Throws Error{corrupt_data} that names the file and the tensor.
  const TensorView& tensor(const std::string& name) const;
  // See MappedFile.
  void release(std::span<const std::byte> part) const { file_.release(part); }

  // T: one of GgufValue's. Throws Error{corrupt_data} that names the file and key when it is absent or of
  // another type.
  template <typename T>
  const T& get(const std::string& key) const;
  // The same, with a fallback for an absent key; another type still throws.
  template <typename T>
  T get_or(const std::string& key, T fallback) const;

 private:
  explicit GgufFile(MappedFile file);
  MappedFile file_;
  std::map<std::string, GgufValue> metadata_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> stored_;  // where each value begins and ends
  TensorMap tensors_;
};

}  // namespace qinglan
