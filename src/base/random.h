#pragma once
// Randomness is named and seeded by position, never by time or by worker: the same (run seed, stream, index)
// gives the same numbers on every machine and library. Own distributions, because <random>'s differ between
// libraries.

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace qinglan {

// First 8 bytes (little-endian) of SHA-256("qinglan/<run seed>/<stream>/<index>").
std::uint64_t stream_seed(std::uint64_t run_seed, std::string_view stream, std::uint64_t index = 0);

// xoshiro256++ (Blackman & Vigna 2019), seeded through splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  Random(std::uint64_t run_seed, std::string_view stream, std::uint64_t index = 0)
      : Random(stream_seed(run_seed, stream, index)) {}

  std::uint64_t next();
  double uniform();                          // [0, 1), 53 bits
  std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased; bound > 0
  double normal();                           // mean 0, variance 1 (Box-Muller)

  template <typename T>
  void shuffle(std::vector<T>& items) {  // Fisher-Yates
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace qinglan
