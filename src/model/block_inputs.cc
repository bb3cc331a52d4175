#include "model/block_inputs.h"

#include <algorithm>

namespace qinglan {
namespace {

// Texts that are long for the model use the table's second half.
torch::Tensor rotary_rows(const RotaryTable& table, const Rotary& rotary, const PackedBatch& batch) {
  if (table.long_start == 0) return batch.positions;
  auto rows = batch.positions.clone();
  std::int64_t first = 0;
  for (const auto length : batch.lengths) {
    if (length > rotary.long_from) rows.narrow(0, first, length).add_(table.long_start);
    first += length;
  }
  return rows;
}

BlockInputs::Kind make_kind(const ModelConfig& config, const PackedBatch& batch, const Rotary& rotary,
                            std::int64_t reach, const torch::Device& device) {
  BlockInputs::Kind kind{{config.heads, config.kv_heads, config.head_dim, config.kind == ModelKind::decoder,
                          reach, config.query_scale, config.attention_cap},
                         {},
                         {}};
  if (rotary.theta == 0) return kind;
  kind.rotary =
      RotaryTable::make(*std::max_element(batch.lengths.begin(), batch.lengths.end()), rotary, device);
  kind.rotary_rows = rotary_rows(kind.rotary, rotary, batch).to(device);
  return kind;
}

}  // namespace

BlockInputs::BlockInputs(const ModelConfig& config, const PackedBatch& batch, const LoraAdapter* adapter,
                         const torch::Device& device, const torch::Tensor& read)
    : lengths(batch.lengths),
      shared(batch.shared),
      adapter(adapter),
      full(make_kind(config, batch, config.rotary, kEveryDistance, device)),
      read(read.defined() ? read.to(device) : read) {
  if (operators::serve(device)) padding.emplace(batch.lengths, device);
  const auto layer = std::find(config.windowed.begin(), config.windowed.end(), true);
  if (layer != config.windowed.end())
    windowed =
        make_kind(config, batch, config.rotary_of(layer - config.windowed.begin()), config.reach, device);
}

}  // namespace qinglan
