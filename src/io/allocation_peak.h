#pragma once
// For tests: the most heap that some act holds at once, by counting operator new and delete. To be included
// in one source of a test program, whose operators it replaces.

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace qinglan {

struct HeapCount {
  std::atomic<std::size_t> held{0}, most{0};

  void* take(std::size_t size) {
    void* memory = std::malloc(size > 0 ? size : 1);
    if (!memory) throw std::bad_alloc();
    const std::size_t now = held += ::malloc_usable_size(memory);
    for (std::size_t before = most; before < now && !most.compare_exchange_weak(before, now);) continue;
    return memory;
  }
  void give(void* memory) noexcept {
    if (memory) held -= ::malloc_usable_size(memory);
    std::free(memory);
  }
};
inline HeapCount heap_count;

// From its construction on.
class AllocationPeak {
 public:
  AllocationPeak() : before_(heap_count.held) { heap_count.most = before_; }
  std::size_t bytes() const { return heap_count.most - before_; }

 private:
  std::size_t before_;
};

}  // namespace qinglan

void* operator new(std::size_t size) { return qinglan::heap_count.take(size); }
void operator delete(void* memory) noexcept { qinglan::heap_count.give(memory); }
void operator delete(void* memory, std::size_t) noexcept { qinglan::heap_count.give(memory); }
