#pragma once
// Documents that begin alike. In a causal model a token's state depends on the tokens up to it alone: the
// states of a beginning that documents share are the same in all of them, and a packed batch holds them once.

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace qinglan {

using TokenRows = std::span<const std::vector<std::int32_t>* const>;
std::vector<const std::vector<std::int32_t>*> pointers_to(std::span<const std::vector<std::int32_t>> rows);

// Whether the documents of a batch may hold the rows of their beginnings together.
enum class Beginnings { apart, shared };

struct SharedRows {
  // [T] int64: the row of every token, document by document. Each of the R rows is some document's own.
  torch::Tensor rows;
  std::vector<std::int64_t> own;  // [B]: a document's last tokens, in rows of its own, one behind the other

  // Nothing where no documents share anything.
  static std::optional<SharedRows> of(TokenRows documents);
};

// The documents sorted by their tokens, equal ones by number: those that begin alike lie together.
std::vector<std::int64_t> sorted_by_tokens(TokenRows documents);

// Tokens at the beginning of `document` that it shares with the one before it in that order. Less than a
// sixteenth of it is not worth gathering and counts as none.
std::int64_t shared_tokens(const std::vector<std::int32_t>& before,
                           const std::vector<std::int32_t>& document);

}  // namespace qinglan
