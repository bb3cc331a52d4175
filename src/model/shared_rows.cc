#include "model/shared_rows.h"

#include <algorithm>
#include <numeric>

namespace qinglan {

std::vector<const std::vector<std::int32_t>*> pointers_to(std::span<const std::vector<std::int32_t>> rows) {
  std::vector<const std::vector<std::int32_t>*> pointers;
  for (const auto& row : rows) pointers.push_back(&row);
  return pointers;
}

std::vector<std::int64_t> sorted_by_tokens(TokenRows documents) {
  std::vector<std::int64_t> order(documents.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return *documents[static_cast<std::size_t>(a)] < *documents[static_cast<std::size_t>(b)];
  });
  return order;
}

std::int64_t shared_tokens(const std::vector<std::int32_t>& before,
                           const std::vector<std::int32_t>& document) {
  const auto [end, ignored] = std::mismatch(document.begin(), document.end(), before.begin(), before.end());
  const auto shared = end - document.begin(), length = document.end() - document.begin();
  return 16 * shared < length ? 0 : shared;
}

std::optional<SharedRows> SharedRows::of(TokenRows documents) {
  std::vector<std::int64_t> begins;
  std::int64_t tokens = 0;
  for (const auto* document : documents) {
    begins.push_back(tokens);
    tokens += static_cast<std::int64_t>(document->size());
  }
  SharedRows shared{torch::empty({tokens}, torch::kInt64), std::vector<std::int64_t>(documents.size())};
  auto* rows = shared.rows.mutable_data_ptr<std::int64_t>();
  std::int64_t next = 0;
  std::size_t before = 0;
  for (const auto number : sorted_by_tokens(documents)) {
    const auto at = static_cast<std::size_t>(number);
    const auto length = static_cast<std::int64_t>(documents[at]->size());
    const std::int64_t common = next == 0 ? 0 : shared_tokens(*documents[before], *documents[at]);
    std::copy_n(rows + begins[before], common, rows + begins[at]);
    std::iota(rows + begins[at] + common, rows + begins[at] + length, next);
    next += shared.own[at] = length - common;
    before = at;
  }
  return next == tokens ? std::nullopt : std::optional(shared);
}

}  // namespace qinglan
