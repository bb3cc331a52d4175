#pragma once
// A weight's rows on a device as the model's file has them (blocks of 4 to 8 bits, say), uploaded once and
// dequantized there. Serves Matrix as WeightRows does on the CPU.

#include <torch/torch.h>

#include <cstdint>

#include "model/weight_rows.h"

namespace qinglan {

class DeviceRows {
 public:
  DeviceRows(const WeightRows& rows, const torch::Device& device);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }

  // Rows [first, first + n) into `out` [n, in], fp32 or bf16 on the device: the bits of WeightRows::read.
  // Throws Error{unsupported} for a type that has no operators.
  void read(std::int64_t first, const torch::Tensor& out) const;
  // Rows `ids` [n] int64 on the device -> out [n, in].
  void gather(const torch::Tensor& ids, const torch::Tensor& out) const;

 private:
  void decode(const torch::Tensor& raw, torch::Tensor out) const;

  torch::Tensor raw_;  // [rows, bytes of a row] uint8
  DType dtype_;
  std::int64_t rows_, columns_;
};

}  // namespace qinglan
