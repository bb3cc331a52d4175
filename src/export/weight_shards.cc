#include "export/weight_shards.h"

#include <cstdio>

#include "base/json.h"
#include "io/safetensors.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

std::string pending_name(std::size_t shard) { return "shard" + std::to_string(shard) + ".part"; }

std::string final_name(std::size_t shard, std::size_t count) {
  if (count == 1) return "model.safetensors";
  char name[64];
  std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", shard + 1, count);
  return name;
}

}  // namespace

void write_tensors(FileSystem& fs, const std::string& path, const std::vector<NamedTensor>& tensors) {
  std::vector<torch::Tensor> alive;
  TensorMap views;
  for (const auto& [name, tensor] : tensors) {
    alive.push_back(tensor.detach().contiguous());
    views[name] = view_of(alive.back());
  }
  write_safetensors(fs, path, views, {{"format", "pt"}});  // transformers 4 wants to be told
}

void WeightShards::add(const std::string& name, const torch::Tensor& tensor) {
  torch::Tensor value = tensor.detach().to(dtype_).contiguous();
  const auto bytes = static_cast<std::int64_t>(value.nbytes());
  if (held_ > 0 && held_ + bytes > shard_bytes_) write_shard();
  held_ += bytes;
  total_ += bytes;
  tensors_.push_back({name, std::move(value)});
}

void WeightShards::write_shard() {
  write_tensors(fs_, folder_ + "/" + pending_name(shard_names_.size()), tensors_);
  shard_names_.emplace_back();
  for (const auto& tensor : tensors_) shard_names_.back().push_back(tensor.name);
  tensors_.clear();
  held_ = 0;
}

void WeightShards::finish() {
  write_shard();
  const std::size_t count = shard_names_.size();
  Json map = Json::object();
  for (std::size_t shard = 0; shard < count; ++shard) {
    fs_.rename(folder_ + "/" + pending_name(shard), folder_ + "/" + final_name(shard, count));
    for (const auto& name : shard_names_[shard]) map[name] = final_name(shard, count);
  }
  if (count == 1) return;
  const Json index = {{"metadata", {{"total_size", total_}}}, {"weight_map", map}};
  fs_.write(folder_ + "/model.safetensors.index.json", index.dump(2) + "\n");
}

}  // namespace qinglan
