#include "model/pooling.h"

#include <tuple>
#include <vector>

#include "base/error.h"
#include "model/operators.h"

namespace qinglan {

RowsRead RowsRead::of(const PackedBatch& batch, Pooling pooling) {
  if (pooling == Pooling::mean) return {};
  std::vector<std::int64_t> tokens;
  std::int64_t end = 0;
  for (const auto length : batch.lengths) {
    tokens.push_back(pooling == Pooling::cls ? end : end + length - 1);
    end += length;
  }
  RowsRead read{torch::tensor(tokens, torch::kInt64), {}};
  if (batch.shared)
    std::tie(read.rows, read.of_document, std::ignore) =
        at::_unique2(batch.shared->rows.index_select(0, read.rows), /*sorted=*/true, /*return_inverse=*/true);
  return read;
}

torch::Tensor RowsRead::pooled(const torch::Tensor& hidden) const {
  const auto wide = hidden.to(torch::kFloat32).cpu();
  return of_document.defined() ? wide.index_select(0, of_document) : wide;
}

torch::Tensor pool(const torch::Tensor& hidden, const PackedBatch& batch, Pooling pooling) {
  QL_CHECK(hidden.size(0) == batch.rows(), "a state for every row");
  const auto read = RowsRead::of(batch, pooling);
  if (read.rows.defined()) return read.pooled(hidden.index_select(0, read.rows.to(hidden.device())));
  if (operators::serve(hidden.device())) return operators::document_means(hidden, batch.lengths).cpu();
  std::vector<std::int64_t> begins;
  std::int64_t end = 0;
  for (const auto length : batch.lengths) {
    begins.push_back(end);
    end += length;
  }
  const auto rows = batch.shared ? batch.shared->rows : torch::arange(end, torch::kInt64);
  constexpr std::int64_t kMean = 1;
  return std::get<0>(torch::embedding_bag(hidden.to(torch::kFloat32), rows,
                                          torch::tensor(begins, torch::kInt64),
                                          /*scale_grad_by_freq=*/false, kMean));
}

const char* name_of(Pooling pooling) {
  switch (pooling) {
    case Pooling::last:
      return "last";
    case Pooling::mean:
      return "mean";
    case Pooling::cls:
      return "cls";
  }
  QL_CHECK(false, "unknown pooling");
}

Pooling pooling_named(const std::string& name) {
  for (const auto pooling : {Pooling::last, Pooling::mean, Pooling::cls})
    if (name == name_of(pooling)) return pooling;
  throw Error(ErrorKind::usage, "unknown pooling").expected("last, mean or cls").found(name);
}

}  // namespace qinglan
