#pragma once
// One weight of a model's files as rows of [out, in], the layout of Hugging Face's Linear, whatever the
// file's own type, order and layout are. Nothing is read before it is asked for; the files stay mapped.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalog/weight_role.h"
#include "io/gguf.h"
#include "io/safetensors.h"

namespace qinglan {

// The mapped files of one model; one of the lists is empty.
struct ModelFiles {
  std::vector<GgufFile> gguf;
  std::vector<SafetensorsFile> safetensors;
  void release(std::span<const std::byte> bytes) const;
};

// Which row of the file's tensor is row r of the weight. D = head_dim.
struct RowOrder {
  enum Kind {
    stacked,      // first + r
    by_head,      // the parts of a head stand together: row (head, part, i) for r = head D + i
    interleaved,  // row (head, 2 j + side) for r = head D + side D/2 + j: llama.cpp's rotary order
    transposed,   // the file's tensor is [in, out]: column first + r
  };
  Kind kind = stacked;
  std::int64_t first = 0;                // of the weight among `total`
  std::int64_t total = 0;                // the tensor's rows (transposed: columns)
  std::int64_t head_dim = 1, heads = 1;  // by_head, interleaved
  std::int64_t source(std::int64_t row) const;
};

class WeightRows {
 public:
  WeightRows(TensorView view, std::shared_ptr<const ModelFiles> files, WeightShape shape, RowOrder order,
             float added)
      : view_(std::move(view)), files_(std::move(files)), shape_(shape), order_(order), added_(added) {}

  const WeightShape& shape() const { return shape_; }
  std::int64_t rows() const { return shape_.rows; }
  std::int64_t columns() const { return shape_.columns; }  // 0 = a vector
  DType dtype() const { return view_.dtype; }              // in the file

  // Rows [first, first + n) in the type of `out` [n, in] (a vector: [n]), fp32 or bf16, contiguous; all
  // threads share the work. `release` gives the pages read back to the system: for a weight that is read
  // once.
  void read(std::int64_t first, const torch::Tensor& out, bool release = false) const;
  // All rows of a matrix as the file has them: [out, bytes of a row] uint8.
  torch::Tensor raw() const;
  // Rows `ids` [n] int64 -> out [n, in].
  void gather(const torch::Tensor& ids, const torch::Tensor& out) const;

 private:
  std::int64_t panel_rows() const;
  void decode(std::int64_t first, std::int64_t count, float* out) const;
  void decode_run(std::int64_t source, std::int64_t count, float* out) const;
  void decode_whole(std::int64_t first, std::int64_t count, float* out) const;
  std::span<const std::byte> bytes_of(std::int64_t source, std::int64_t count) const;

  TensorView view_;  // the file's whole tensor
  std::shared_ptr<const ModelFiles> files_;
  WeightShape shape_;
  RowOrder order_;
  float added_;  // to every value: -1 where the file has 1 + weight
};

}  // namespace qinglan
