#pragma once
// A forward pass over rows in the canonical packing, in chunks of packs. Finished chunks lie in a folder, so
// that a pass that was stopped goes on from them; a damaged chunk is computed anew.

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "train/hooks.h"
#include "train/packing.h"

namespace qinglan {

class ChunkedPass {
 public:
  struct Chunk {
    std::size_t first, last;  // packs
    std::int64_t begin, end;  // in plan.order
  };
  // Of one pack: [texts of the pack or rows of its batch, D] bf16.
  using Compute = std::function<torch::Tensor(std::size_t pack)>;
  // Rows of the chunk's tensor.
  using Height = std::function<std::int64_t(const Chunk&)>;
  using Consume = std::function<void(const Chunk&, const torch::Tensor&)>;

  // `plan` must outlive this.
  ChunkedPass(const PackPlan& plan, std::int64_t width, Height height, Compute compute)
      : plan_(plan), width_(width), height_(std::move(height)), compute_(std::move(compute)) {}

  std::vector<Chunk> chunks() const;
  // Hands over all chunks in order. Files are <folder>/chunk-<number>.safetensors with the tensor "states";
  // the caller removes the folder. Throws Error{interrupted} when stopped; progress counts rows.
  void run(FileSystem& fs, const std::string& folder, const RunHooks& hooks, const Consume& consume) const;

 private:
  torch::Tensor load(FileSystem& fs, const std::string& path,
                     const Chunk& chunk) const;  // undefined: absent or damaged

  const PackPlan& plan_;
  std::int64_t width_;
  Height height_;
  Compute compute_;
};

}  // namespace qinglan
