#include "data/split.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {

Halves split_halves(const std::vector<Example>& train, std::uint64_t seed) {
  std::map<std::string, std::vector<std::size_t>>
      by_group;  // sorted, so that the order of rows does not matter
  for (std::size_t i = 0; i < train.size(); ++i) by_group[train[i].group].push_back(i);
  if (by_group.size() < 2)
    throw Error(ErrorKind::invalid_input, "the train rows cannot be split into two halves")
        .expected("at least two groups of related rows")
        .found(std::to_string(by_group.size()))
        .hint("Ask for more train rows, or for another [data] group.");
  std::vector<const std::vector<std::size_t>*> groups;
  for (const auto& [name, rows] : by_group) groups.push_back(&rows);
  Random(seed, "split").shuffle(groups);
  Halves halves;
  for (const auto* rows : groups) {
    auto& half = halves.supervision.size() <= halves.transfer.size() ? halves.supervision : halves.transfer;
    half.insert(half.end(), rows->begin(), rows->end());
  }
  std::sort(halves.supervision.begin(), halves.supervision.end());
  std::sort(halves.transfer.begin(), halves.transfer.end());
  return halves;
}

}  // namespace qinglan
