#pragma once
// Safetensors files as Hugging Face names them: model.safetensors, or, past a size, shards with an index.

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "model/parameter.h"

namespace qinglan {

class WeightShards {
 public:
  WeightShards(FileSystem& fs, std::string folder, torch::Dtype dtype,
               std::int64_t shard_bytes = std::int64_t{2} << 30)
      : fs_(fs), folder_(std::move(folder)), dtype_(dtype), shard_bytes_(shard_bytes) {}

  // Rounds to the type; a shard is written when it is full.
  void add(const std::string& name, const torch::Tensor& tensor);
  // Writes what is left and gives the files their final names.
  void finish();

 private:
  void write_shard();

  FileSystem& fs_;
  std::string folder_;
  torch::Dtype dtype_;
  std::int64_t shard_bytes_, held_ = 0, total_ = 0;
  std::vector<NamedTensor> tensors_;                   // of the shard under way
  std::vector<std::vector<std::string>> shard_names_;  // tensors of each shard written
};

// A file of tensors as they are.
void write_tensors(FileSystem& fs, const std::string& path, const std::vector<NamedTensor>& tensors);

}  // namespace qinglan
