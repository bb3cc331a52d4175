#pragma once
// safetensors files: 8 bytes little-endian header length, a JSON header, tensor bytes. Lengths are never
// trusted: each is checked against the file before anything of its size is allocated.

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "io/mapped_file.h"
#include "io/tensor_file.h"

namespace qinglan {

class SafetensorsFile {
 public:
  // Throws Error{io}, Error{corrupt_data} with file, offset, expected and found, or Error{unsupported} (an
  // element type this build cannot read, or a file of another format: pickle is refused by its magic, never
  // read).
  static SafetensorsFile open(const std::string& path);
  // The same over bytes in memory; `name` stands for the path in messages.
  static SafetensorsFile from_bytes(std::vector<std::byte> bytes, std::string name);

  const TensorMap& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return file_.path(); }
  // Throws Error{corrupt_data} that names the file and the tensor.
  const TensorView& tensor(const std::string& name) const;
  // See MappedFile.
  void release(std::span<const std::byte> part) const { file_.release(part); }

 private:
  explicit SafetensorsFile(MappedFile file);
  MappedFile file_;
  TensorMap tensors_;
  std::map<std::string, std::string> metadata_;
};

using SafetensorsMetadata = std::map<std::string, std::string>;

// Writes a safetensors file (see FileSystem, publish_file), equal to what the reference library writes:
// tensors by element type (widest first, so that all are aligned), then by name; header padded to 8 bytes.
// Equal content is equal bytes, also with metadata (which the reference writes in random order; here by
// key). Tensors are written from where they lie. Throws Error{unsupported} for block types.
void write_safetensors(FileSystem& fs, const std::string& path, const TensorMap& tensors,
                       const SafetensorsMetadata& metadata = {});
void publish_safetensors(FileSystem& fs, const std::string& path, const TensorMap& tensors,
                         const SafetensorsMetadata& metadata = {});
// Of files that are read back later by nobody but us: a digest of the tensors goes with them, and a file that
// is not as it was written is refused as Error{corrupt_data} (beside what open() throws).
void publish_sealed(FileSystem& fs, const std::string& path, const TensorMap& tensors);
SafetensorsFile open_sealed(const std::string& path);
// The same bytes in memory.
std::string safetensors_bytes(const TensorMap& tensors, const SafetensorsMetadata& metadata = {});

}  // namespace qinglan
