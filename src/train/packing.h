#pragma once
// How rows are gathered into packed batches without padding.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/shared_rows.h"

namespace qinglan {

struct PackPlan {
  std::vector<std::int64_t> order;                           // row numbers
  std::vector<std::pair<std::int64_t, std::int64_t>> packs;  // [begin, end) in `order`, together all of it

  std::size_t size() const { return packs.size(); }
  // Row numbers of one pack.
  std::span<const std::int64_t> rows(std::size_t pack) const {
    return std::span(order).subspan(packs[pack].first, packs[pack].second - packs[pack].first);
  }
};

// Packs hold at most `token_budget` tokens; a longer row is a pack alone. Rows are sorted by length, then
// number. Where their beginnings may be shared they are sorted by their tokens, and a pack holds at most
// `token_budget` rows of a packed batch and eight times as many tokens. The plan depends on the rows and the
// budget only: the packing is canonical, so a row's result never depends on what was computed before.
PackPlan plan_packs(TokenRows texts, std::int64_t token_budget, Beginnings beginnings);

// The budget of every forward-only pass (features, predictions). Part of what a node computes: it enters keys
// through the numerics version.
inline constexpr std::int64_t kForwardPackTokens = 4096;

}  // namespace qinglan
