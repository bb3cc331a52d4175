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

}  // namespace qinglan
