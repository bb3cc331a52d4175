#pragma once
// Hidden states of every token after a model's lower blocks, computed once for a row set: what students that
// train the upper blocks alone start from. In the canonical packing and always rounded to bf16, whatever the
// compute type.
//
// A folder: part-<number>.safetensors with "states" BF16 [rows, C], those of the packs one after another;
// index.safetensors with "lengths" I64 [N] (tokens of each text), "rows" I64 [sum of lengths] (of every
// token, text by text, which row of the parts it is; those of a beginning that texts share are the same),
// "cut" I64 [N] (1: the text lost tokens).

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "io/safetensors.h"
#include "model/backbone.h"
#include "train/chunked_pass.h"

namespace qinglan {

class TrunkPass {
 public:
  // States after `depth` blocks, 0 <= depth < layers. `backbone` and `rows` must outlive this. Throws
  // Error{usage} for a depth the model does not have.
  TrunkPass(const Backbone& backbone, std::span<const std::vector<std::int32_t>> rows, std::int64_t depth);

  const PackPlan& plan() const { return plan_; }
  double flops() const;
  std::int64_t bytes() const;  // that the folder will take, to some kB

  // Writes the folder `result` (it exists). `cut` [N], a flag a row. Finished chunks lie in `work`, from
  // which a later call goes on. Throws Error{interrupted}; progress counts rows.
  void run(FileSystem& fs, const std::string& work, const std::string& result,
           std::span<const std::uint8_t> cut, const RunHooks& hooks = {}) const;

 private:
  PackedBatch batch_of(std::size_t pack) const;
  torch::Tensor compute_pack(std::size_t pack) const;
  // Tokens with which its first text begins like the last one of the pack before: their states there serve
  // both packs. The text's last token is not among them, so that each pack's last row is read.
  std::int64_t shared_with_pack_before(std::size_t pack) const;
  // "rows" of the index.
  torch::Tensor places() const;

  const Backbone& backbone_;
  std::span<const std::vector<std::int32_t>> rows_;
  std::int64_t depth_;
  PackPlan plan_;
};

// The same folder, mapped.
class TrunkStates {
 public:
  // Throws Error{corrupt_data} for parts that do not fit the index, and what io/ throws.
  static TrunkStates open(FileSystem& fs, const std::string& folder, std::int64_t depth);

  std::int64_t rows() const { return static_cast<std::int64_t>(places_.size()); }
  std::int64_t depth() const { return depth_; }
  std::int64_t width() const { return width_; }  // C
  std::int64_t length(std::int64_t row) const { return static_cast<std::int64_t>(places(row).size()); }
  bool cut(std::int64_t row) const { return cut_[static_cast<std::size_t>(row)]; }
  // Where the states of a row's tokens lie, counted over all parts: rows that begin alike begin with the
  // same.
  const std::vector<std::int32_t>& places(std::int64_t row) const {
    return places_[static_cast<std::size_t>(row)];
  }

  // Documents in the order given, their states copied.
  PackedBatch pack(std::span<const std::int64_t> rows, Beginnings beginnings) const;

 private:
  TrunkStates() = default;
  struct Part {
    SafetensorsFile file;
    const std::byte* states;
    std::int64_t end;  // of its rows, counted over all parts
  };
  std::int64_t stored() const { return parts_.empty() ? 0 : parts_.back().end; }
  void place_rows(const SafetensorsFile& index);
  const std::byte* state(std::int64_t place) const;

  std::int64_t depth_ = 0, width_ = 0;
  std::vector<Part> parts_;
  std::vector<std::vector<std::int32_t>> places_;  // by row
  std::vector<bool> cut_;
};

}  // namespace qinglan
