#include "model/packed_batch.h"

#include "base/error.h"

namespace qinglan {

PackedBatch PackedBatch::pack(std::span<const std::vector<std::int32_t>* const> rows) {
  PackedBatch batch;
  std::int64_t total = 0;
  for (const auto* row : rows) {
    if (row->empty()) throw Error(ErrorKind::invalid_input, "a text without tokens cannot be packed");
    batch.lengths.push_back(static_cast<std::int64_t>(row->size()));
    total += batch.lengths.back();
  }
  batch.ids = torch::empty({total}, torch::kInt64);
  batch.positions = torch::empty({total}, torch::kInt64);
  auto* id = batch.ids.data_ptr<std::int64_t>();
  auto* position = batch.positions.data_ptr<std::int64_t>();
  for (const auto* row : rows)
    for (std::size_t i = 0; i < row->size(); ++i) {
      *id++ = (*row)[i];
      *position++ = static_cast<std::int64_t>(i);
    }
  return batch;
}

PackedBatch PackedBatch::pack(std::span<const std::vector<std::int32_t>> rows) {
  std::vector<const std::vector<std::int32_t>*> pointers;
  for (const auto& row : rows) pointers.push_back(&row);
  return pack(std::span<const std::vector<std::int32_t>* const>(pointers));
}

PackedBatch PackedBatch::resume(torch::Tensor hidden, std::int64_t depth, std::vector<std::int64_t> lengths) {
  PackedBatch batch;
  batch.positions = torch::empty({hidden.size(0)}, torch::kInt64);
  auto* position = batch.positions.data_ptr<std::int64_t>();
  std::int64_t total = 0;
  for (const auto length : lengths) total += length;
  QL_CHECK(total == hidden.size(0), "lengths do not add up to the hidden rows");
  for (const auto length : lengths)
    for (std::int64_t i = 0; i < length; ++i) *position++ = i;
  batch.hidden = std::move(hidden);
  batch.depth = depth;
  batch.lengths = std::move(lengths);
  return batch;
}

}  // namespace qinglan
