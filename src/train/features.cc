#include "train/features.h"

#include "base/error.h"
#include "train/chunked_pass.h"
#include "train/flops.h"
#include "train/input_rows.h"

namespace qinglan {

FeaturePass::FeaturePass(const Backbone& backbone, std::span<const std::vector<std::int32_t>> rows,
                         FeatureSpec spec)
    : backbone_(backbone),
      rows_(rows),
      spec_(std::move(spec)),
      plan_(plan_packs(pointers_to(rows), kForwardPackTokens, backbone.beginnings())) {
  const std::int64_t layers = backbone.config().layers;
  if (spec_.depth == -1) spec_.depth = layers;
  if (spec_.depth < 0 || spec_.depth > layers)
    throw Error(ErrorKind::usage, "depth of the features")
        .expected("-1 or 0 .. " + std::to_string(layers))
        .found(std::to_string(spec_.depth));
  QL_CHECK(!spec_.pooling.empty(), "features without pooling");
}

double FeaturePass::flops() const { return forward_flops(backbone_.config(), spec_.depth, rows_); }

torch::Tensor FeaturePass::compute_pack(std::size_t pack) const {
  torch::InferenceMode inference;
  const PackedBatch batch = InputRows(rows_).pack(plan_.rows(pack), backbone_.beginnings());
  std::vector<torch::Tensor> pooled;
  if (spec_.depth == backbone_.config().layers && spec_.pooling.size() == 1) {
    pooled.push_back(backbone_.pooled(batch, spec_.pooling.front()));
  } else {
    const torch::Tensor hidden = backbone_.forward(batch, std::span(&spec_.depth, 1)).front();
    for (const Pooling pooling : spec_.pooling) pooled.push_back(pool(hidden, batch, pooling));
  }
  return torch::cat(pooled, 1).to(torch::kBFloat16).contiguous();
}

torch::Tensor FeaturePass::run(FileSystem& fs, const std::string& folder, const RunHooks& hooks) const {
  torch::Tensor features = torch::empty({static_cast<std::int64_t>(rows_.size()), width()}, torch::kBFloat16);
  const auto rows_of = [](const ChunkedPass::Chunk& chunk) { return chunk.end - chunk.begin; };
  ChunkedPass(plan_, width(), rows_of, [&](std::size_t pack) {
    return compute_pack(pack);
  }).run(fs, folder, hooks, [&](const ChunkedPass::Chunk& chunk, const torch::Tensor& values) {
    const auto order = std::span(plan_.order).subspan(chunk.begin, chunk.end - chunk.begin);
    const torch::Tensor index =
        torch::tensor(std::vector<std::int64_t>(order.begin(), order.end()), torch::kInt64);
    features.index_copy_(0, index, values);
  });
  return features;
}

}  // namespace qinglan
