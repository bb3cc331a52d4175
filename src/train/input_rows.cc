#include "train/input_rows.h"

#include "train/trunk.h"

namespace qinglan {

std::int64_t InputRows::length(std::int64_t row) const {
  const auto index = static_cast<std::size_t>(row);
  return trunk_ ? trunk_->length(chosen_[index]) : static_cast<std::int64_t>(tokens_[index].size());
}

std::vector<std::int64_t> InputRows::lengths() const {
  std::vector<std::int64_t> lengths;
  lengths.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) lengths.push_back(length(static_cast<std::int64_t>(i)));
  return lengths;
}

std::int64_t InputRows::depth() const { return trunk_ ? trunk_->depth() : 0; }

PackedBatch InputRows::pack(std::span<const std::int64_t> rows) const {
  if (trunk_) {
    std::vector<std::int64_t> wanted;
    for (const auto row : rows) wanted.push_back(chosen_[static_cast<std::size_t>(row)]);
    return trunk_->pack(wanted);
  }
  std::vector<const TokenRow*> members;
  for (const auto row : rows) members.push_back(&tokens_[static_cast<std::size_t>(row)]);
  return PackedBatch::pack(members);
}

}  // namespace qinglan
