#pragma once
// Named weights of a model's files as fp32, in Hugging Face's layout whatever the file's own is.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalog/architecture.h"
#include "catalog/model_source.h"
#include "io/gguf.h"
#include "io/safetensors.h"

namespace qinglan {

class WeightReader {
 public:
  explicit WeightReader(const ModelSource& source);

  // Fills `out` with the weight, whose shape must be `shape`. Throws Error{corrupt_data} that names a missing
  // weight or one of another shape.
  void read(WeightRole role, std::int64_t layer, std::span<const std::int64_t> shape,
            std::span<float> out) const;

 private:
  struct Found {
    const TensorView* view;
    const std::string* path;
    std::string name;
  };
  Found find(WeightRole role, std::int64_t layer) const;

  ModelConfig config_;
  const Architecture& architecture_;
  WeightFormat format_;
  std::string path_;
  std::vector<GgufFile> gguf_;
  std::vector<SafetensorsFile> safetensors_;
};

// Undoes the row order in which llama.cpp stores q and k for its interleaved rotary embedding: within each
// head, stored row 2 j + h is row h D/2 + j of Hugging Face's. rows = heads * head_dim, in place.
void undo_rotary_interleave(std::span<float> matrix, std::int64_t head_dim, std::int64_t columns);

}  // namespace qinglan
