#include "model/pooling.h"

#include <vector>

#include "base/error.h"
#include "model/operators.h"

namespace qinglan {

torch::Tensor tokens_read(std::span<const std::int64_t> lengths, Pooling pooling) {
  if (pooling == Pooling::mean) return {};
  std::vector<std::int64_t> tokens;
  std::int64_t end = 0;
  for (const auto length : lengths) {
    QL_CHECK(length >= 1, "a document without tokens");
    tokens.push_back(pooling == Pooling::cls ? end : end + length - 1);
    end += length;
  }
  return torch::tensor(tokens, torch::kInt64);
}

torch::Tensor pool(const torch::Tensor& hidden, std::span<const std::int64_t> lengths, Pooling pooling) {
  std::int64_t sum = 0;
  for (const auto length : lengths) {
    QL_CHECK(length >= 1, "a document without tokens");
    sum += length;
  }
  QL_CHECK(sum == hidden.size(0), "lengths do not add up to the hidden rows");
  if (pooling == Pooling::mean) {
    if (operators::serve(hidden.device())) return operators::document_means(hidden, lengths).cpu();
    const auto counts =
        torch::tensor(std::vector<std::int64_t>(lengths.begin(), lengths.end()), torch::kInt64);
    return torch::segment_reduce(hidden.to(torch::kFloat32), "mean", counts, {}, {}, 0, /*unsafe=*/true);
  }
  return hidden.index_select(0, tokens_read(lengths, pooling).to(hidden.device())).to(torch::kFloat32).cpu();
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
