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

std::vector<const InputRows::TokenRow*> InputRows::texts(std::span<const std::int64_t> rows) const {
  std::vector<const TokenRow*> texts;
  for (const auto row : rows) {
    const auto at = static_cast<std::size_t>(row);
    texts.push_back(trunk_ ? &trunk_->places(chosen_[at]) : &tokens_[at]);
  }
  return texts;
}

PackPlan InputRows::plan(std::span<const std::int64_t> rows, std::int64_t token_budget,
                         Beginnings beginnings) const {
  return plan_packs(texts(rows), token_budget, beginnings);
}

PackedBatch InputRows::pack(std::span<const std::int64_t> rows, Beginnings beginnings) const {
  if (trunk_) {
    std::vector<std::int64_t> wanted;
    for (const auto row : rows) wanted.push_back(chosen_[static_cast<std::size_t>(row)]);
    return trunk_->pack(wanted, beginnings);
  }
  return PackedBatch::pack(texts(rows), beginnings);
}

}  // namespace qinglan
