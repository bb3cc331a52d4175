#include "model/share.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
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

}  // namespace
}  // namespace qinglan
