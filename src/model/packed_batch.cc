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
  batch.ids = torch::empty({batch.count_rows()}, torch::kInt64);
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

PackedBatch PackedBatch::resume(torch::Tensor hidden, std::int64_t depth, std::vector<std::int64_t> lengths,
                                std::optional<SharedRows> shared) {
  PackedBatch batch;
  batch.lengths = std::move(lengths);
  batch.shared = std::move(shared);
  QL_CHECK(batch.count_rows() == hidden.size(0), "lengths do not add up to the hidden rows");
  batch.positions = torch::empty({hidden.size(0)}, torch::kInt64);
  auto* positions = batch.positions.mutable_data_ptr<std::int64_t>();
  batch.for_each_token([&](std::int64_t, std::int64_t i, std::int64_t row) { positions[row] = i; });
  batch.hidden = std::move(hidden);
  batch.depth = depth;
  return batch;
}

std::int64_t PackedBatch::count_rows() const {
  const auto& counts = shared ? shared->own : lengths;
  return std::reduce(counts.begin(), counts.end());
}

}  // namespace qinglan
