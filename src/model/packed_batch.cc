#include "model/packed_batch.h"

#include <numeric>

#include "base/error.h"

namespace qinglan {

PackedBatch PackedBatch::pack(TokenRows documents, Beginnings beginnings) {
  PackedBatch batch;
  for (const auto* document : documents) {
    if (document->empty()) throw Error(ErrorKind::invalid_input, "a text without tokens cannot be packed");
    batch.lengths.push_back(static_cast<std::int64_t>(document->size()));
  }
  if (beginnings == Beginnings::shared) batch.shared = SharedRows::of(documents);
  const auto& own = batch.shared ? batch.shared->own : batch.lengths;
  batch.ids = torch::empty({std::reduce(own.begin(), own.end())}, torch::kInt64);
  batch.positions = torch::empty_like(batch.ids);
  auto* ids = batch.ids.mutable_data_ptr<std::int64_t>();
  auto* positions = batch.positions.mutable_data_ptr<std::int64_t>();
  batch.for_each_token([&](std::int64_t document, std::int64_t i, std::int64_t row) {
    ids[row] = (*documents[static_cast<std::size_t>(document)])[static_cast<std::size_t>(i)];
    positions[row] = i;
  });
  return batch;
}

PackedBatch PackedBatch::pack(std::span<const std::vector<std::int32_t>> rows) {
  return pack(pointers_to(rows));
}

PackedBatch PackedBatch::resumed(torch::Tensor hidden, std::int64_t depth) const {
  QL_CHECK(hidden.size(0) == rows(), "a state for every row");
  PackedBatch batch = *this;
  batch.ids = torch::Tensor();
  batch.hidden = std::move(hidden);
  batch.depth = depth;
  return batch;
}

}  // namespace qinglan
