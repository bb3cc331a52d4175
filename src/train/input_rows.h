#pragma once
// Rows that a model is trained or asked on: texts as token ids, or as hidden states that a frozen trunk left.

#include <cstdint>
#include <span>
#include <vector>

#include "model/packed_batch.h"
#include "train/packing.h"

namespace qinglan {

class TrunkStates;

class InputRows {
 public:
  using TokenRow = std::vector<std::int32_t>;

  // What they are made from must outlive them.
  InputRows(std::span<const TokenRow> tokens) : tokens_(tokens) {}
  InputRows(const std::vector<TokenRow>& tokens) : tokens_(tokens) {}
  // These rows of the trunk, in this order.
  InputRows(const TrunkStates& trunk, std::vector<std::int64_t> rows)
      : trunk_(&trunk), chosen_(std::move(rows)) {}

  std::size_t size() const { return trunk_ ? chosen_.size() : tokens_.size(); }
  bool empty() const { return size() == 0; }
  std::int64_t length(std::int64_t row) const;  // tokens
  std::vector<std::int64_t> lengths() const;
  std::int64_t depth() const;  // blocks that are behind them

  // Packs of some of the rows, numbered as they are given here, for a model that wants them so.
  PackPlan plan(std::span<const std::int64_t> rows, std::int64_t token_budget, Beginnings beginnings) const;
  // Documents in the order given; hidden states are read from their file.
  PackedBatch pack(std::span<const std::int64_t> rows, Beginnings beginnings) const;

 private:
  // What tells beginnings that rows share: their tokens, or the places of their states.
  std::vector<const TokenRow*> texts(std::span<const std::int64_t> rows) const;

  std::span<const TokenRow> tokens_;
  const TrunkStates* trunk_ = nullptr;
  std::vector<std::int64_t> chosen_;
};

}  // namespace qinglan
