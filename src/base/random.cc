#include "base/random.h"

#include <bit>
#include <cmath>
#include <numbers>
#include <string>

#include "base/error.h"
#include "base/hash.h"

namespace qinglan {

std::uint64_t stream_seed(std::uint64_t run_seed, std::string_view stream, std::uint64_t index) {
  const std::string digest = sha256_hex("qinglan/" + std::to_string(run_seed) + "/" + std::string(stream) +
                                        "/" + std::to_string(index));
  std::uint64_t seed = 0;
  for (int byte = 7; byte >= 0; --byte)
    seed = seed << 8 | std::stoul(digest.substr(2 * byte, 2), nullptr, 16);
  return seed;
}

Random::Random(std::uint64_t seed) {
  for (auto& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  QL_CHECK(bound > 0, "below(0)");
  // Rejects the incomplete last block, so every value is equally likely.
  const std::uint64_t threshold = -bound % bound;
  std::uint64_t value;
  do value = next();
  while (value < threshold);
  return value % bound;
}

double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

}  // namespace qinglan
