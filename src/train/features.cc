#include "train/features.h"

#include <cstdio>
#include <limits>

#include "base/error.h"
#include "io/publish.h"
#include "io/safetensors.h"
#include "train/flops.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

constexpr std::size_t kPacksPerChunk = 8;

}  // namespace

FeaturePass::FeaturePass(const Backbone& backbone, std::span<const std::vector<std::int32_t>> rows,
                         FeatureSpec spec)
    : backbone_(backbone), rows_(rows), spec_(std::move(spec)), plan_(plan_packs(rows, kForwardPackTokens)) {
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
  std::vector<const std::vector<std::int32_t>*> members;
  for (const std::int64_t row : plan_.rows(pack)) members.push_back(&rows_[row]);
  const PackedBatch batch = PackedBatch::pack(members);
  const torch::Tensor hidden = backbone_.forward(batch, std::span(&spec_.depth, 1)).front();
  std::vector<torch::Tensor> pooled;
  for (const Pooling pooling : spec_.pooling) pooled.push_back(pool(hidden, batch.lengths, pooling));
  return torch::cat(pooled, 1).to(torch::kBFloat16).contiguous();
}

std::vector<FeaturePass::Chunk> FeaturePass::chunks(const std::string& folder) const {
  std::vector<Chunk> chunks;
  for (std::size_t first = 0; first < plan_.size(); first += kPacksPerChunk) {
    const std::size_t last = std::min(first + kPacksPerChunk, plan_.size());
    char name[40];
    std::snprintf(name, sizeof name, "/chunk-%08zu.safetensors", first / kPacksPerChunk);
    chunks.push_back({first, last, plan_.packs[first].first, plan_.packs[last - 1].second, folder + name});
  }
  return chunks;
}

torch::Tensor FeaturePass::load(FileSystem& fs, const Chunk& chunk) const {
  if (!fs.exists(chunk.path)) return {};
  try {
    const auto file = SafetensorsFile::open(chunk.path);
    torch::Tensor values = tensor_of(file.tensor("features"));
    const bool fits = values.scalar_type() == torch::kBFloat16 && values.dim() == 2 &&
                      values.size(0) == chunk.end - chunk.begin && values.size(1) == width();
    return fits ? values : torch::Tensor();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt_data) return {};
    throw;
  }
}

torch::Tensor FeaturePass::run(FileSystem& fs, const std::string& folder, const RunHooks& hooks) const {
  fs.make_folders(folder);
  const auto total = static_cast<std::int64_t>(rows_.size());
  torch::Tensor features = torch::empty({total, width()}, torch::kBFloat16);
  for (const Chunk& chunk : chunks(folder)) {
    torch::Tensor values = load(fs, chunk);
    if (!values.defined()) {
      std::vector<torch::Tensor> packs;
      for (std::size_t pack = chunk.first; pack < chunk.last; ++pack) {
        check_stop(hooks);
        packs.push_back(compute_pack(pack));
        if (hooks.progress)
          hooks.progress(plan_.packs[pack].second, total, std::numeric_limits<double>::quiet_NaN());
      }
      values = torch::cat(packs).contiguous();
      publish_file(fs, chunk.path, safetensors_bytes({{"features", view_of(values)}}));
    }
    const auto order = std::span(plan_.order).subspan(chunk.begin, chunk.end - chunk.begin);
    const torch::Tensor index =
        torch::tensor(std::vector<std::int64_t>(order.begin(), order.end()), torch::kInt64);
    features.index_copy_(0, index, values);
  }
  return features;
}

}  // namespace qinglan
