#include "train/chunked_pass.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "base/error.h"
#include "io/safetensors.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

constexpr std::size_t kPacksPerChunk = 8;
constexpr const char* kTensor = "states";

}  // namespace

std::vector<ChunkedPass::Chunk> ChunkedPass::chunks() const {
  std::vector<Chunk> chunks;
  for (std::size_t first = 0; first < plan_.size(); first += kPacksPerChunk) {
    const std::size_t last = std::min(first + kPacksPerChunk, plan_.size());
    chunks.push_back({first, last, plan_.packs[first].first, plan_.packs[last - 1].second});
  }
  return chunks;
}

torch::Tensor ChunkedPass::load(FileSystem& fs, const std::string& path, const Chunk& chunk) const {
  if (!fs.exists(path)) return {};
  try {
    const auto file = open_sealed(path);
    torch::Tensor values = tensor_of(file.tensor(kTensor));
    const bool fits = values.scalar_type() == torch::kBFloat16 && values.dim() == 2 &&
                      values.size(0) == height_(chunk) && values.size(1) == width_;
    return fits ? values : torch::Tensor();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt_data) return {};
    throw;
  }
}

void ChunkedPass::run(FileSystem& fs, const std::string& folder, const RunHooks& hooks,
                      const Consume& consume) const {
  fs.make_folders(folder);
  const auto total = static_cast<std::int64_t>(plan_.order.size());
  for (const Chunk& chunk : chunks()) {
    char name[40];
    std::snprintf(name, sizeof name, "/chunk-%08zu.safetensors", chunk.first / kPacksPerChunk);
    torch::Tensor values = load(fs, folder + name, chunk);
    if (!values.defined()) {
      std::vector<torch::Tensor> packs;
      for (std::size_t pack = chunk.first; pack < chunk.last; ++pack) {
        check_stop(hooks);
        packs.push_back(compute_(pack));
        if (hooks.progress)
          hooks.progress(plan_.packs[pack].second, total, std::numeric_limits<double>::quiet_NaN());
      }
      values = torch::cat(packs).contiguous();
      publish_sealed(fs, folder + name, {{kTensor, view_of(values)}});
    }
    consume(chunk, values);
  }
}

}  // namespace qinglan
