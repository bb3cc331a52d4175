#pragma once
// Work shared by LibTorch's threads piece by piece: who is done takes the next one. Processors that are lent
// by others are not equally fast, and equal shares would wait for the slowest. Which thread does a piece must
// not show in its bits.

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace qinglan {

// body(begin, end, own) for every piece of [0, count), `size` long but for the last; `own` is what make()
// gave the thread.
template <typename Make, typename Body>
void share(std::int64_t count, std::int64_t size, const Make& make, const Body& body) {
  if (count <= size) {
    if (count <= 0) return;
    auto own = make();
    return body(std::int64_t{0}, count, own);
  }
  std::atomic<std::int64_t> next{0};
  at::parallel_for(0, at::get_num_threads(), 1, [&](std::int64_t, std::int64_t) {
    auto own = make();
    for (std::int64_t begin; (begin = next.fetch_add(size, std::memory_order_relaxed)) < count;)
      body(begin, std::min(begin + size, count), own);
  });
}

// body(begin, end) for every such piece.
template <typename Body>
void share(std::int64_t count, std::int64_t size, const Body& body) {
  share(
      count, size, [] { return nullptr; },
      [&](std::int64_t begin, std::int64_t end, std::nullptr_t) { body(begin, end); });
}

}  // namespace qinglan
