#pragma once
// safetensors files: 8 bytes little-endian header length, a JSON header, tensor bytes. Lengths are never trusted:
// each is checked against the file before anything of its size is allocated.

#include <map>
#include <string>
#include <vector>

#include "io/mapped_file.h"
#include "io/tensor_file.h"

namespace qinglan {

class SafetensorsFile {
 public:
  // Throws Error{io} or Error{corrupt_data} with file, offset, expected and found. Pickle files are refused by magic.
  static SafetensorsFile open(const std::string& path);

  const TensorMap& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return file_.path(); }
  // Throws Error{corrupt_data} that names the file and the tensor.
  const TensorView& tensor(const std::string& name) const;

 private:
  explicit SafetensorsFile(MappedFile file);
  MappedFile file_;
  TensorMap tensors_;
  std::map<std::string, std::string> metadata_;
};

// The bytes of a safetensors file: tensors in name order, header padded to 8 bytes, so equal content is equal bytes.
std::string safetensors_bytes(const TensorMap& tensors, const std::map<std::string, std::string>& metadata = {});

}  // namespace qinglan
