#include "model/share.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace qinglan {
namespace {

TEST(Share, EveryPieceIsDoneOnce) {
  for (const std::int64_t count : {0, 1, 7, 8, 100})
    for (const std::int64_t size : {1, 7, 200}) {
      std::mutex lock;
      std::multiset<std::pair<std::int64_t, std::int64_t>> pieces, expected;
      share(count, size, [&](std::int64_t begin, std::int64_t end) {
        const std::lock_guard guard(lock);
        pieces.emplace(begin, end);
      });
      for (std::int64_t begin = 0; begin < count; begin += size)
        expected.emplace(begin, std::min(begin + size, count));
      EXPECT_EQ(pieces, expected) << count << " by " << size;
    }
}

TEST(Share, WhatAThreadHasIsMadeOnceAndItsOwn) {
  for (const std::int64_t count : {1, 1000}) {
    std::atomic<int> made = 0;
    std::atomic<std::int64_t> pieces = 0;
    share(
        count, 1,
        [&] {
          ++made;
          return std::thread::id();
        },
        [&](std::int64_t, std::int64_t, std::thread::id& own) {
          if (own == std::thread::id()) own = std::this_thread::get_id();
          EXPECT_EQ(own, std::this_thread::get_id());
          ++pieces;
        });
    EXPECT_EQ(pieces, count);
    EXPECT_LE(made, at::get_num_threads());
  }
}

}  // namespace
}  // namespace qinglan
