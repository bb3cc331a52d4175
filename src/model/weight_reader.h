#pragma once
// Named weights of a model's files as fp32, in the layout of Hugging Face's Linear whatever the file's own is.

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

  // Fills `out`, whose size is that of weight_shape(). Throws Error{corrupt_data} that names a missing weight or one of
  // another shape.
  void read(WeightRole role, std::int64_t layer, std::span<float> out) const;

 private:
  struct Found {
    const TensorView* view;
    const std::string* path;
    std::string name;
  };
  // Where the weight's rows lie among those of the file's matrix, which may hold several weights.
  struct Stack {
    std::int64_t first = 0, total = 0;
  };
  Found find(const WeightName& names, std::int64_t layer) const;
  Stack stack_of(const WeightName& names) const;
  void read_rows(const Found& found, const Stack& stack, const WeightShape& shape, std::span<float> out) const;
  void read_columns(const Found& found, const Stack& stack, const WeightShape& shape, std::span<float> out) const;
  void read_by_head(const Found& found, const Stack& stack, const WeightName& names, const WeightShape& shape,
                    std::span<float> out) const;

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
// The way there.
void rotary_interleave(std::span<float> matrix, std::int64_t head_dim, std::int64_t columns);

}  // namespace qinglan
