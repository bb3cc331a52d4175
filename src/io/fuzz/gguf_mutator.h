#pragma once
// For fuzzers whose input is GGUF: walks as much of the file as is well-formed, then changes one of its
// numbers, or repeats, drops or scrambles one of its entries and keeps the counts right.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/fuzz/json_mutator.h"

namespace qinglan::fuzz {

class GgufMutator {
 public:
  GgufMutator(std::string bytes, Dice& dice) : bytes_(std::move(bytes)), dice_(dice) { walk(); }

  std::string mutated(std::size_t most) {
    switch (numbers_.empty() ? 0 : below(dice_, 8)) {
      case 0:
        return mutate_bytes(bytes_, most);
      case 1:
      case 2:
        put(pick(numbers_), odd_number());
        break;
      case 3:
        put(pick(numbers_), get(pick(numbers_)));
        break;
      case 4:
        repeat_entry();
        break;
      case 5:
        drop_entry();
        break;
      case 6:
        scramble_entry();
        break;
      default:
        bytes_.resize(below(dice_, 2) ? bytes_.size() + 32
                                      : bytes_.size() - std::min<std::size_t>(bytes_.size(), 8));
    }
    return bytes_;
  }

 private:
  struct Part {
    std::size_t at, size;
  };
  static constexpr std::size_t kTensorCount = 8, kKeyCount = 16, kHeader = 24;

  const Part& pick(const std::vector<Part>& parts) { return parts[below(dice_, parts.size())]; }

  std::uint64_t get(const Part& part) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + part.at, part.size);
    return value;
  }
  void put(const Part& part, std::uint64_t value) { std::memcpy(bytes_.data() + part.at, &value, part.size); }

  std::uint64_t odd_number() {
    static constexpr std::uint64_t kOdd[] = {0,
                                             1,
                                             2,
                                             3,
                                             4,
                                             5,
                                             7,
                                             8,
                                             9,
                                             12,
                                             13,
                                             14,
                                             20,
                                             30,
                                             31,
                                             32,
                                             33,
                                             64,
                                             255,
                                             256,
                                             65536,
                                             0x7fffffff,
                                             0x80000000,
                                             0xffffffff,
                                             1ull << 42,
                                             1ull << 61,
                                             1ull << 62,
                                             (1ull << 63) - 1,
                                             1ull << 63,
                                             ~0ull - 31,
                                             ~0ull,
                                             0x7ff0000000000000,
                                             0x7ff8000000000000,
                                             0x3ff0000000000000};
    return kOdd[below(dice_, std::size(kOdd))];
  }

  // A number of the walk; false where the file ends before it.
  bool number(std::size_t size, std::uint64_t& value) {
    if (bytes_.size() - at_ < size) return false;
    numbers_.push_back({at_, size});
    value = get(numbers_.back());
    at_ += size;
    return true;
  }
  bool text() {
    std::uint64_t length = 0;
    if (!number(8, length) || bytes_.size() - at_ < length) return false;
    at_ += length;
    return true;
  }
  bool value(std::uint64_t type) {
    static constexpr std::size_t kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    std::uint64_t inner = 0, count = 0;
    if (type == 8) return text();
    if (type < std::size(kSizes) && type != 9) return number(kSizes[type], inner);
    if (type != 9 || !number(4, inner) || inner == 9 || !number(8, count)) return false;
    for (; count > 0; --count)
      if (!value(inner)) return false;
    return true;
  }
  bool key() {
    std::uint64_t type = 0;
    return text() && number(4, type) && value(type);
  }
  bool tensor() {
    std::uint64_t rank = 0, skipped = 0;
    if (!text() || !number(4, rank) || rank > 8) return false;
    for (; rank > 0; --rank)
      if (!number(8, skipped)) return false;
    return number(4, skipped) && number(8, skipped);
  }
  void walk() {
    std::uint64_t skipped = 0, tensors = 0, keys = 0;
    if (bytes_.size() < kHeader || !number(4, skipped) || !number(4, skipped)) return;
    if (!number(8, tensors) || !number(8, keys)) return;
    for (std::size_t start = at_; keys > 0 && key(); --keys, start = at_)
      keys_.push_back({start, at_ - start});
    if (keys > 0) return;
    for (std::size_t start = at_; tensors > 0 && tensor(); --tensors, start = at_)
      tensors_.push_back({start, at_ - start});
  }

  // One of both tables, and where its count lies.
  const std::vector<Part>& table(std::size_t& count_at) {
    const bool of_keys = tensors_.empty() || (!keys_.empty() && below(dice_, 2));
    count_at = of_keys ? kKeyCount : kTensorCount;
    return of_keys ? keys_ : tensors_;
  }
  void repeat_entry() {
    std::size_t count_at = 0;
    const auto& entries = table(count_at);
    if (entries.empty()) return;
    const Part from = pick(entries);
    std::string copy = bytes_.substr(from.at, from.size);
    if (below(dice_, 4) > 0 && copy.size() > 8) ++copy[8];  // another name
    bytes_.insert(pick(entries).at, copy);
    put({count_at, 8}, get({count_at, 8}) + 1);
  }
  void drop_entry() {
    std::size_t count_at = 0;
    const auto& entries = table(count_at);
    if (entries.empty()) return;
    const Part part = pick(entries);
    bytes_.erase(part.at, part.size);
    put({count_at, 8}, get({count_at, 8}) - 1);
  }
  void scramble_entry() {
    std::size_t count_at = 0;
    const auto& entries = table(count_at);
    if (entries.empty()) return;
    const Part part = pick(entries);
    bytes_.replace(part.at, part.size, mutate_bytes(bytes_.substr(part.at, part.size), part.size + 16));
  }

  std::string bytes_;
  Dice& dice_;
  std::size_t at_ = 0;
  std::vector<Part> numbers_, keys_, tensors_;
};

inline std::size_t mutate_gguf(std::uint8_t* data, std::size_t size, std::size_t most, unsigned int seed) {
  Dice dice(seed);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  for (std::size_t edits = 1 + below(dice, 3); edits > 0; --edits)
    bytes = GgufMutator(bytes, dice).mutated(most);
  return deliver(bytes, data, most);
}

}  // namespace qinglan::fuzz
