#pragma once
// Memory that starts on a line of the cache.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace qinglan {

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};
template <typename T>
using Aligned = std::unique_ptr<T[], Freed>;

// `count` elements without values. Throws std::bad_alloc.
template <typename T>
Aligned<T> aligned(std::int64_t count) {
  const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
  auto* memory = static_cast<T*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  if (!memory) throw std::bad_alloc();
  return Aligned<T>(memory);
}

}  // namespace qinglan
