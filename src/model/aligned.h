#pragma once
// Memory that starts on a line of the cache.

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/error.h"

namespace qinglan {

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};
template <typename T>
using Aligned = std::unique_ptr<T[], Freed>;

// `count` elements without values. Throws Error{internal} where there is no memory.
template <typename T>
Aligned<T> aligned(std::int64_t count) {
  const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
  auto* memory = static_cast<T*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  QL_CHECK(memory, "no memory for " + std::to_string(bytes) + " bytes");
  return Aligned<T>(memory);
}

}  // namespace qinglan
